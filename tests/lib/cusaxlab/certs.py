# SPDX-License-Identifier: GPL-2.0-or-later
"""A throw-away CA and server certificates, made with openssl(1). Nothing of it leaves the lab's folder."""

import os
import subprocess


class Authority:
    """A CA in a folder of its own; `certificate` is the PEM file to trust."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.certificate = os.path.join(folder, 'ca.crt')
        self._key = os.path.join(folder, 'ca.key')
        self._new_key(self._key)
        self._openssl('req', '-x509', '-new', '-key', self._key, '-out', self.certificate, '-days', '30',
                      '-subj', '/O=purple-cusax tests/CN=Throw-away CA',
                      '-addext', 'basicConstraints=critical,CA:TRUE',
                      '-addext', 'keyUsage=critical,keyCertSign,cRLSign')

    def issue(self, name, hosts, days=30):
        """A server certificate for the DNS names and IPv4 addresses in hosts: (certificate, key) PEM files."""
        base = os.path.join(self.folder, name)
        key, request, certificate = base + '.key', base + '.csr', base + '.crt'
        names = ','.join(('IP:' if host.replace('.', '').isdigit() else 'DNS:') + host for host in hosts)
        extensions = base + '.ext'
        with open(extensions, 'w', encoding='ascii') as file:
            file.write('basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n'
                       'subjectAltName=%s\n' % names)
        self._new_key(key)
        self._openssl('req', '-new', '-key', key, '-out', request, '-subj', '/CN=' + hosts[0])
        self._openssl('x509', '-req', '-in', request, '-CA', self.certificate, '-CAkey', self._key,
                      '-CAcreateserial', '-out', certificate, '-days', str(days), '-extfile', extensions)
        return certificate, key

    def _new_key(self, path):
        self._openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', path)
        os.chmod(path, 0o600)

    def _openssl(self, *words):
        env = dict(os.environ, OPENSSL_CONF='/etc/ssl/openssl.cnf')
        subprocess.run(['openssl', *words], check=True, capture_output=True, cwd=self.folder, env=env)
