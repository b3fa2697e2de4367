# SPDX-License-Identifier: GPL-2.0-or-later
"""SIPp: the other end of a call as a scenario in XML (tests/sipp), which says every message and checks every answer.

    other = Sipp(lab, 'uas-early')           # bob: registered at Kamailio, waits to be called
    alice.call('bob@cusax.test')
    other.wait()                             # the scenario ended well; else its messages are in the error

    other = Sipp(lab, 'uac-hold')            # somebody whom Kamailio lets call alice as bob@cusax.test

A scenario whose name starts with "uas-" is called, all others call. It is SIPp's own XML with some lines made short;
[label] names a transaction, as its answers, ACK and CANCEL have the same one:

    @invite [label]@            an INVITE to alice, up to its last header that is always the same
    @within METHOD [label [cseq]]@   a request in the dialog, in either role
    @same METHOD label@         CANCEL, or ACK of a refusal, of the INVITE with this label
    @reply 180 Ringing@         an answer to the INVITE that came last
    @late 200 OK@               the same, when other requests came since @take@
    @answer 200 OK@             an answer to the last request within the dialog
    @late-answer 200 OK@        the same, when other messages came since @take theirs@
    @sdp sendrecv 1@            a body: direction, version of o=; a third word is the address in c=
    @recorded 8 PCMA 101@       a body: SIPp plays a recording in this format (rtp_stream); the number of telephone-events
    @empty@                     no body
    @take@                      action of the INVITE's recv, or that of its 200: keeps what @within@ and @late@ need
    @check REGEXP@, @never REGEXP@   action: what the message must, or must not, contain
"""

import os
import re

from .place import bracket, family_of
from .process import LabError, Process, read_tail, wait_until

SCENARIOS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), 'sipp')
#: What no scenario waits longer for, in milliseconds.
PATIENCE = 12000

VIA = 'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-%s'
FROM = 'From: <sip:bob@[domain]>;tag=[pid]t[call_number]'
CONTACT = 'Contact: <sip:bob@[local_ip]:[local_port]>'
INVITE = ['INVITE sip:alice@[domain] SIP/2.0', VIA, 'Max-Forwards: 70', FROM, 'To: <sip:alice@[domain]>',
          'Call-ID: [call_id]', 'CSeq: [cseq] INVITE', CONTACT, 'X-Lab-Trunk: yes']
WITHIN = ['{method} [next_url] SIP/2.0', VIA, 'Max-Forwards: 70', '[routes]', FROM, 'To: <sip:alice@[domain]>{peer}',
          'Call-ID: [call_id]', 'CSeq: [cseq] {method}', CONTACT]
#: CANCEL, and the ACK of a refusal, belong to the INVITE's own transaction.
SAME = ['{method} sip:alice@[domain] SIP/2.0', VIA, 'Max-Forwards: 70', FROM, 'To: <sip:alice@[domain]>{peer}',
        'Call-ID: [call_id]', 'CSeq: [cseq] {method}']
REPLY = ['SIP/2.0 %s', '[last_Via:]', '[last_Record-Route:]', '[last_From:]', '[last_To:]%s', '[last_Call-ID:]',
         '[last_CSeq:]', CONTACT]
LATE = ['SIP/2.0 %s', '[$head]From:[$from]', 'To:[$to];tag=[pid]t[call_number]', 'Call-ID: [call_id]', 'CSeq:[$cseq]',
        CONTACT]
SDP = ['Content-Type: application/sdp', 'Content-Length: [len]', '', 'v=0',
       'o=- 1 {version} IN IP[media_ip_type] [media_ip]', 's=-', 'c=IN IP[media_ip_type] {address}', 't=0 0',
       'm=audio [media_port] RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', 'a={direction}']
TAKE = ('<ereg regexp="((Record-Route|Via):.*)Max-Forwards:" search_in="msg" assign_to="all,head"/>'
        '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>'
        '<ereg regexp=";tag=.*" search_in="hdr" header="From:" assign_to="peer"/>'
        '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>'
        '<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>')
TAKE_CALLING = '<ereg regexp=";tag=.*" search_in="hdr" header="To:" assign_to="peer"/>'
CHECK = '<ereg regexp="%s" search_in="msg" %s="true" assign_to="seen"/>'


def expand(text, is_called):
    """The scenario as SIPp takes it."""
    # SIPp's own idea of their tag is that of the last answer, be it the proxy's to CANCEL.
    peer = '[$peer]' if is_called or '@take@' in text else '[peer_tag_param]'

    def lines(match):
        word, _, rest = match.group(2).partition(' ')
        words = rest.split()
        if word == 'invite':
            made = [line % (words or ['first'])[0] if line == VIA else line for line in INVITE]
        elif word in ('within', 'same'):
            label = words[1] if len(words) > 1 else 'n[msg_index]'
            template = SAME if word == 'same' else WITHIN
            made = [(line % label if line == VIA else line).replace('{method}', words[0]).replace('{peer}', peer)
                    for line in template]
            if len(words) > 2:
                made = [line.replace('[cseq]', words[2]) for line in made]
            if word == 'same' and words[0] == 'CANCEL':
                made = [line.replace(peer, '') for line in made]
        elif word == 'reply':
            made = [REPLY[0] % rest] + [line % ';tag=[pid]t[call_number]' if '%s' in line else line
                                        for line in REPLY[1:]]
        elif word in ('late', 'late-answer'):
            made = [LATE[0] % rest] + [line.replace(';tag=[pid]t[call_number]', '' if word == 'late-answer' else
                                                    ';tag=[pid]t[call_number]') for line in LATE[1:]]
        elif word == 'answer':
            made = [REPLY[0] % rest] + [line.replace('%s', '') for line in REPLY[1:]]
        elif word == 'sdp':
            address = words[2] if len(words) > 2 else '[media_ip]'
            made = [line.format(direction=words[0], version=words[1], address=address) for line in SDP]
        elif word == 'recorded':
            made = [line.format(version=1, address='[media_ip]', direction='sendrecv')
                    .replace('[media_port]', '[rtpstream_audio_port]').replace('AVP 8', 'AVP ' + words[0])
                    .replace('8 PCMA', ' '.join(words[:2])) for line in SDP]
            if len(words) > 2:
                made = [line.replace('AVP ' + words[0], 'AVP %s %s' % (words[0], words[2])) for line in made]
                made.insert(-1, 'a=rtpmap:%s telephone-event/8000' % words[2])
        elif word == 'empty':
            made = ['Content-Length: 0', '']
        elif word == 'take':
            made = [TAKE if is_called or words else TAKE_CALLING]
        elif word in ('check', 'never'):
            made = [CHECK % (rest, 'check_it' if word == 'check' else 'check_it_inverse')]
        else:
            raise LabError('@%s@ is unknown' % match.group(2))
        return '\n'.join(match.group(1) + line for line in made)

    text = re.sub(r'^([ \t]*)@(.*)@$', lines, text, flags=re.M)
    # SIPp minds variables that are only set.
    names = sorted({name for found in re.findall(r'assign_to="([^"]*)"', text) for name in found.split(',')})
    reference = '<Reference variables="%s"/>' % ','.join(names) if names else ''
    return text.replace('</scenario>', reference + '\n</scenario>')


class Sipp:
    """One SIPp that plays one scenario, on a free port. stop() ends it by its id."""

    count = 0

    def __init__(self, lab, scenario, calls=1, rate=10, user='bob', seconds=40, keys=None,
                 words=None):
        """calls, rate: how often, and how many a second. user: whose calls come here. seconds: the end, at the latest.
        words: what stands for what in the scenario."""
        Sipp.count += 1
        self.lab, self.scenario, self.user = lab, scenario, user
        place = lab.phones
        self.port = place.ports(4, 5070)
        name = 'sipp-%d-%s' % (Sipp.count, scenario)
        is_called, self.contact = scenario.startswith('uas-'), None
        self._trace = lab.path(name + '.messages')
        self._errors = lab.path(name + '.errors')
        path = lab.path(name + '.xml')
        with open(os.path.join(SCENARIOS, scenario + '.xml'), encoding='utf-8') as file:
            text = file.read()
        for word, meaning in (words or {}).items():
            text = text.replace(word, meaning)
        text = expand(text, is_called)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        command = ['sipp', '-sf', path, '-i', place.host, '-mi', place.host, '-p', self.port, '-mp', self.port + 2,
                   '-m', calls, '-r', rate, '-nostdin', '-timeout', '%ds' % seconds, '-timeout_error',
                   '-recv_timeout', PATIENCE, '-trace_msg', '-message_file', self._trace, '-trace_err',
                   '-error_file', self._errors, '-key', 'domain', lab.domain]
        for key, value in (keys or {}).items():
            command += ['-key', key, value]
        command.append('%s:%d' % (lab.phone_host, lab.kamailio.port))
        self.process = Process(name, place.wrap(command), lab.path(name + '.log'),
                               env=dict(os.environ, TERM='dumb'))
        lab.adopt(self)
        if is_called:
            self._wait_bound()
            # Not by REGISTER: that would have to come from SIPp's own socket to be where calls go.
            self.contact = 'sip:%s@%s:%d' % (user, bracket(place.host), self.port)
            lab.kamailio.rpc('ul.add', 'location', user, self.contact, 600, 1.0, '.', 0, 0, 8191)

    def _wait_bound(self):
        def taken():
            place = self.lab.phones
            with place.socket(family_of(place.host), 2) as probe:
                try:
                    probe.bind((place.host, self.port))
                except OSError:
                    return True
            return False
        self.process.wait_for(taken, 'its port')

    def messages(self):
        """All that it sent and got, as it says it."""
        try:
            with open(self._trace, encoding='utf-8', errors='replace') as file:
                return file.read()
        except FileNotFoundError:
            return ''

    def _count(self, way, start):
        """How many messages of one way ("sent", "received") begin with this; "SIP/2.0 " left out."""
        return len(re.findall(r'message %s[^\n]*\n\n(?:SIP/2\.0 )?%s' % (way, re.escape(start)), self.messages()))

    def wait_sent(self, start, count=1, seconds=10):
        self.process.wait_for(lambda: self._count('sent', start) >= count, '%d x %r' % (count, start), seconds)

    def wait_got(self, start, count=1, seconds=10):
        self.process.wait_for(lambda: self._count('received', start) >= count, '%d x %r' % (count, start), seconds)

    def tail(self, lines=120):
        return '==== SIPp %s\n%s\n%s' % (self.scenario, read_tail(self._errors, 8), read_tail(self._trace, lines))

    def wait(self, seconds=20):
        """Until all its calls are over; an error if one of them was not as the scenario says."""
        wait_until(lambda: not self.process.running(), 'the end of SIPp %s' % self.scenario, seconds, self.tail)
        status = self.process.child.returncode
        self.forget()
        if status != 0:
            raise LabError('SIPp %s ended with %d\n%s' % (self.scenario, status, self.tail()))

    def forget(self):
        """Calls to the user go elsewhere from now on."""
        if self.contact:
            self.lab.kamailio.rpc('ul.rm_contact', 'location', self.user, self.contact)
            self.contact = None

    def stop(self):
        if self.lab.kamailio.process.running():
            self.forget()
        self.process.stop(1)
