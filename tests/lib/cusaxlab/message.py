# SPDX-License-Identifier: GPL-2.0-or-later
"""SIP messages as text: what stood on the wire, for tests to look at, and what the raw caller sends."""

COMPACT = {'v': 'via', 'f': 'from', 't': 'to', 'i': 'call-id', 'm': 'contact', 'l': 'content-length',
           'c': 'content-type', 'k': 'supported', 'o': 'event', 'u': 'allow-events', 'e': 'content-encoding'}


def _split(text):
    """A list of header values: cut at commas that stand neither in quotes nor in angle brackets."""
    values, current, quoted, depth, escaped = [], '', False, 0, False
    for char in text:
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == '\\' and not escaped
        elif char == '"':
            quoted = True
        elif char in '<>':
            depth += 1 if char == '<' else -1
        elif char == ',' and depth <= 0:
            values.append(current.strip())
            current = ''
            continue
        current += char
    return [value for value in values + [current.strip()] if value]


class Message:
    """A request (method, uri) or a reply (status); headers are (name, value) in their order."""

    def __init__(self, first, headers=(), body=''):
        self.first, self.headers, self.body, self.source = first, list(headers), body, None
        self.came = False  # to an agent of ours, see sipcaller

    @classmethod
    def parse(cls, data):
        head, _, body = data.decode('utf-8', 'surrogateescape').partition('\r\n\r\n')
        lines = head.split('\r\n')
        headers = []
        for line in lines[1:]:
            if line[:1] in ' \t' and headers:
                headers[-1] = (headers[-1][0], headers[-1][1] + ' ' + line.strip())
            else:
                name, _, value = line.partition(':')
                headers.append((name.strip(), value.strip()))
        return cls(lines[0], headers, body)

    def encode(self):
        body = self.body.encode('utf-8', 'surrogateescape')
        lines = [self.first] + ['%s: %s' % header for header in self.headers if header[0].lower() != 'content-length']
        lines.append('Content-Length: %d' % len(body))
        return '\r\n'.join(lines).encode('utf-8', 'surrogateescape') + b'\r\n\r\n' + body

    def lines(self, name):
        """The header lines of this name, as written."""
        return [value for key, value in self.headers if COMPACT.get(key.lower(), key.lower()) == name.lower()]

    def all(self, name):
        """All values of a list header, over lines and commas."""
        return [value for line in self.lines(name) for value in _split(line)]

    def one(self, name):
        """The first line of this name, '' if there is none."""
        return next(iter(self.lines(name)), '')

    def param(self, name, parameter):
        """;parameter=value of the first line of a header, outside of its angle brackets; '' if missing."""
        for part in self.one(name).rpartition('>')[2].split(';')[1:]:
            key, _, value = part.strip().partition('=')
            if key.lower() == parameter:
                return value or 'true'
        return ''

    @property
    def status(self):
        words = self.first.split(' ')
        return int(words[1]) if words[0] == 'SIP/2.0' else 0

    @property
    def method(self):
        return '' if self.status else self.first.split(' ')[0]

    @property
    def uri(self):
        return '' if self.status else self.first.split(' ')[1]

    @property
    def cseq(self):
        return int((self.one('cseq') or '0').split()[0])

    @property
    def cseq_method(self):
        return self.one('cseq').split()[-1] if self.one('cseq') else ''

    @property
    def call_id(self):
        return self.one('call-id')

    @property
    def to_tag(self):
        return self.param('to', 'tag')

    def impp(self):
        """The Call-Info values with purpose impp."""
        return [value for value in self.all('call-info')
                if 'purpose=impp' in value.lower().replace(' ', '').replace('"', '')]

    def __repr__(self):
        return '%s\n%s' % (self.first, '\n'.join('%s: %s' % header for header in self.headers))
