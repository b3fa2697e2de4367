# SPDX-License-Identifier: GPL-2.0-or-later
"""A throw-away CA and its certificates, made with openssl(1): good ones and every kind of bad ones. Nothing of it
leaves the lab's folder and the test's process.

The laboratories of one process share their CA and, word for word, the first certificate that each of them orders with
the same words: six calls of openssl(1) less for each laboratory. What one laboratory orders twice differs.

    good = authority.issue('server', ['cusax.test', '10.77.0.1'])
    old = authority.issue('old', ['cusax.test'], days=(-10, -1))
    alone = authority.self_signed('alone', ['cusax.test'])
    below = authority.intermediate().issue('below', ['*.cusax.test'])
"""

import os
import subprocess
import time

DAY = 86400

CA_CONFIG = '''[ca]
default_ca = lab
[lab]
database = {base}.index
new_certs_dir = {folder}
certificate = {certificate}
private_key = {key}
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
x509_extensions = leaf
[anything]
commonName = supplied
[leaf]
{extensions}
'''


def _names(hosts):
    return ','.join(('IP:' if ':' in host or host.replace('.', '').isdigit() else 'DNS:') + host for host in hosts)


def _date(days):
    return time.strftime('%Y%m%d%H%M%SZ', time.gmtime(time.time() + days * DAY))


def read(*paths):
    """The text of PEM files, one after the other."""
    return ''.join(open(path, encoding='ascii').read() for path in paths)


def _write(path, text, mode):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), 'w', encoding='ascii') as file:
        file.write(text)


class Authority:
    """A CA in a folder of its own; `certificate` is the PEM file to trust. Certificates are given as
    (certificate, key): paths of PEM files."""

    #: What the CA of this process has made: the words of the order -> the texts (certificate, key).
    _made = {}

    def __init__(self, folder, parent=None):
        """parent: an Authority that signs this one; servers then show both (the file of a leaf has the whole chain)."""
        os.makedirs(folder, exist_ok=True)
        self.folder, self._parent = folder, parent
        self.certificate = os.path.join(folder, 'ca.crt')
        self._key = os.path.join(folder, 'ca.key')
        self._ordered = set()
        self._once(('ca',), self.certificate, self._key, lambda: self._make(parent))

    def _once(self, order, certificate, key, make):
        """Makes this pair of files, or writes what an earlier laboratory had made."""
        if self._parent or order in self._ordered:
            make()
            return
        self._ordered.add(order)
        if order not in self._made:
            make()
            self._made[order] = (read(certificate), read(key))
        _write(certificate, self._made[order][0], 0o644)
        _write(key, self._made[order][1], 0o600)

    def _make(self, parent):
        name = '/O=purple-cusax tests/CN=' + ('Throw-away intermediate' if parent else 'Throw-away CA')
        self._new_key(self._key)
        if parent:
            self._request(self._key, self.certificate + '.csr', name)
            parent.sign(self.certificate + '.csr', self.certificate, (-1, 30),
                        'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n')
        else:
            self._openssl('req', '-x509', '-new', '-key', self._key, '-out', self.certificate, '-days', '30',
                          '-subj', name, '-addext', 'basicConstraints=critical,CA:TRUE',
                          '-addext', 'keyUsage=critical,keyCertSign,cRLSign')

    def issue(self, name, hosts, days=(0, 30)):
        """A server certificate for DNS names (also wildcards) and addresses, valid between two days from now."""
        base = os.path.join(self.folder, name)
        key, certificate = base + '.key', base + '.crt'
        self._once(('issue', name, tuple(hosts), days), certificate, key,
                   lambda: self._issue(base, hosts, days))
        return certificate, key

    def _issue(self, base, hosts, days):
        key, request, certificate = base + '.key', base + '.csr', base + '.crt'
        self._new_key(key)
        self._request(key, request, '/CN=' + hosts[0])
        self.sign(request, certificate, days, 'basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n'
                  'subjectAltName=%s\n' % _names(hosts))
        if self._parent:
            with open(certificate, 'a', encoding='ascii') as file:
                file.write(read(self.certificate))

    def self_signed(self, name, hosts):
        """A certificate that vouches for itself."""
        base = os.path.join(self.folder, name)
        self._new_key(base + '.key')
        self._openssl('req', '-x509', '-new', '-key', base + '.key', '-out', base + '.crt', '-days', '30',
                      '-subj', '/CN=' + hosts[0], '-addext', 'basicConstraints=CA:FALSE',
                      '-addext', 'subjectAltName=' + _names(hosts))
        return base + '.crt', base + '.key'

    def client(self, name):
        """A client certificate: one PEM file with certificate and key, as the setting client_certificate takes it."""
        path = os.path.join(self.folder, name + '.pem')
        with open(path, 'w', encoding='ascii') as file:
            file.write(read(*self.issue(name, [name])))
        os.chmod(path, 0o600)
        return path

    def intermediate(self):
        """An Authority below this one."""
        return Authority(os.path.join(self.folder, 'intermediate'), self)

    def fingerprint(self, certificate):
        """SHA-256, as AB:CD:..."""
        return self._openssl('x509', '-in', certificate, '-noout', '-fingerprint', '-sha256').strip().partition('=')[2]

    def sign(self, request, certificate, days, extensions):
        base = certificate[:-4]
        config = base + '.cnf'
        with open(config, 'w', encoding='ascii') as file:
            file.write(CA_CONFIG.format(base=base, folder=self.folder, certificate=self.certificate, key=self._key,
                                        extensions=extensions))
        open(base + '.index', 'w', encoding='ascii').close()
        self._openssl('ca', '-batch', '-notext', '-config', config, '-in', request, '-out', certificate,
                      '-startdate', _date(days[0] - 0.01), '-enddate', _date(days[1]))

    def _request(self, key, request, subject):
        self._openssl('req', '-new', '-key', key, '-out', request, '-subj', subject)

    def _new_key(self, path):
        self._openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', path)
        os.chmod(path, 0o600)

    def _openssl(self, *words):
        env = dict(os.environ, OPENSSL_CONF='/etc/ssl/openssl.cnf')
        done = subprocess.run(['openssl', *words], capture_output=True, text=True, cwd=self.folder, env=env,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError('openssl %s: %s' % (' '.join(words), done.stderr))
        return done.stdout


def make_store(folder, *authorities):
    """A folder that can lie over /etc/ssl/certs and trusts exactly these: as one bundle (GnuTLS, libcurl), by file
    (libpurple reads every *.pem) and by hash (OpenSSL)."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, 'ca-certificates.crt'), 'w', encoding='ascii') as file:
        file.write(read(*(authority.certificate for authority in authorities)))
    for number, authority in enumerate(authorities):
        with open(os.path.join(folder, 'lab-%d.pem' % number), 'w', encoding='ascii') as file:
            file.write(read(authority.certificate))
    subprocess.run(['openssl', 'rehash', folder], check=True, capture_output=True)
    return folder
