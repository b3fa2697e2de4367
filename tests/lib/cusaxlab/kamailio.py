# SPDX-License-Identifier: GPL-2.0-or-later
"""The SIP registrar and proxy of the laboratory: Kamailio on UDP, TCP and TLS of 127.0.0.1.

Passwords live in a table in memory that a test may change while it runs, as it may order a fixed answer to a
method. Requests to a registered phone go out over the connection it registered on. Callers from elsewhere need no
password and are never vouched for; further domains and numbers can be routed or refused. Every message is kept.
With websocket=True browsers get in, too (RFC 7118), by the ports of TCP (ws) and TLS (wss).
"""

import base64
import json
import os
import re
import signal
import socket

from .message import Message
from .place import HERE
from .process import LabError, Process
from .websocket import WEB, WITHOUT_WEB

CONFIG = '''#!KAMAILIO
# SPDX-License-Identifier: GPL-2.0-or-later
debug=2
log_stderror=yes
fork=yes
# One for UDP: of two, the second message may overtake the first.
children=1
tcp_children=2
auto_aliases=no
alias="DOMAIN"
dns=no
rev_dns=no
use_dns_cache=no
LISTEN
WEB_SWITCHES
enable_tls=yes
tcp_connection_lifetime=3700
tcp_connect_timeout=2
tcp_send_timeout=2
server_signature=no

loadmodule "jsonrpcs.so"
loadmodule "kex.so"
loadmodule "corex.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "htable.so"
loadmodule "auth.so"
LOAD_EPHEMERAL
loadmodule "nathelper.so"
loadmodule "tls.so"
LOAD_WEB

modparam("jsonrpcs", "transport", 4)
modparam("jsonrpcs", "dgram_socket", "SOCKET")
modparam("tls", "config", "FOLDER/tls.cfg")
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_inv_timer", 180000)
modparam("tm", "failure_reply_mode", 3)
modparam("rr", "enable_full_lr", 1)
modparam("rr", "append_fromtag", 1)
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "timer_interval", 1)
modparam("usrloc", "handle_lost_tcp", 1)
modparam("registrar", "method_filtering", 0)
modparam("registrar", "gruu_enabled", GRUU)
modparam("registrar", "max_contacts", 10)
modparam("registrar", "min_expires", 1)
modparam("registrar", "max_expires", MAX_EXPIRES)
modparam("registrar", "default_expires", MAX_EXPIRES)
modparam("registrar", "default_q", 0)
modparam("registrar", "received_avp", "$avp(RECEIVED)")
modparam("nathelper", "received_avp", "$avp(RECEIVED)")
modparam("auth", "algorithm", "ALGORITHM")
modparam("auth", "nonce_expire", NONCE_EXPIRE)
modparam("auth", "nonce_count", 1)
modparam("auth", "qop", "auth")
modparam("htable", "htable", "secrets=>size=4;")
modparam("htable", "htable", "answers=>size=4;")
modparam("htable", "htable", "routes=>size=4;")
modparam("xlog", "buf_size", 98304)

event_route[htable:mod-init] {
SECRETS
}

request_route {
  xlog("L_NOTICE", "LAB $rm $ru from=$fu src=$proto:$si:$sp auth=$au call=$ci\\n");
  xlog("L_NOTICE", "LAB-WIRE $proto:$si:$sp $(mb{s.encode.base64})\\n");
  $var(caller) = "";
  if ($sht(answers=>$rm) != $null) {
    if (!is_method("ACK")) {
      sl_send_reply("$sht(answers=>$rm)", "As The Test Wants");
    }
    exit;
  }
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  force_rport();
  if (is_method("REGISTER")) {
    fix_nated_register();
  } else if (is_method("INVITE|UPDATE|SUBSCRIBE|REFER|NOTIFY")) {
    set_contact_alias();
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) {
      t_relay();
    }
    exit;
  }
  if (has_totag()) {
    route(WITHIN_DIALOG);
    exit;
  }
  if (is_method("ACK")) {
    exit;
  }
  if (t_precheck_trans()) {
    t_check_trans();
    exit;
  }
  t_check_trans();
  if (is_method("OPTIONS") && uri == myself && $rU == $null) {
    sl_send_reply("200", "OK");
    exit;
  }
  route(AUTHENTICATE);
  remove_hf("Route");
  if (is_method("REGISTER")) {
    if (ALLOW_EVENTS) {
      append_to_reply("Allow-Events: EVENT_NAMES\r\n");
    }
    if ($td =~ "FURTHER") {
      if (!save("foreign")) {
        sl_reply_error();
      }
    } else if (!save("location")) {
      sl_reply_error();
    }
    exit;
  }
  route(IDENTITY);
  if (is_method("INVITE|SUBSCRIBE|REFER")) {
    record_route();
  }
  if (is_method("SUBSCRIBE") && $hdr(Event) =~ "^message-summary") {
    if ($sht(routes=>MAILBOX) == $null) {
      sl_send_reply("489", "No Voicemail Here");
      exit;
    }
    $rU = $sht(routes=>MAILBOX);
  }
  if ($rd =~ "FURTHER") {
    if ($sht(answers=>FOREIGN) != $null) {
      sl_send_reply("$sht(answers=>FOREIGN)", "As The Test Wants");
      exit;
    }
    if (!lookup("foreign")) {
      sl_send_reply("480", "Not Registered There");
      exit;
    }
    route(RELAY);
    exit;
  }
  if ($var(caller) != "" && !(uri == myself) && (is_method("SUBSCRIBE") || (is_method("INVITE") && $rd =~ "^[0-9.]+$"))) {
    # A focus is subscribed to at its contact (RFC 4579), and a transfer with Replaces may name one (RFC 5589): a
    # machine's address here.
    handle_ruri_alias();
    route(RELAY);
    exit;
  }
  if (!(uri == myself)) {
    sl_send_reply("403", "Only DOMAIN Here");
    exit;
  }
  if ($rU =~ "^[+*#%0-9][*#%0-9A-F]*$") {
    if ($sht(answers=>NUMBERS) != $null) {
      sl_send_reply("$sht(answers=>NUMBERS)", "As The Test Wants");
      exit;
    }
    if ($sht(routes=>NUMBERS) != $null) {
      append_hf("P-Called-Party-ID: <$ru>\\r\\n");
      $rU = $sht(routes=>NUMBERS);
    }
  }
  if ($sht(secrets=>$rU) == $null) {
    sl_send_reply("404", "No Such User");
    exit;
  }
  if (!lookup("location")) {
    sl_send_reply("480", "Not Registered");
    exit;
  }
  route(RELAY);
}

route[WITHIN_DIALOG] {
  if (loose_route()) {
    if ($du == $null) {
      handle_ruri_alias();
    }
    # A target that is an address of ours, such as that of a conference; with gr, or it passes for a strict route.
    if ($du == $null && uri == myself && $rU != $null) {
      if ($rU =~ "^[+*#%0-9][*#%0-9A-F]*$" && $sht(routes=>NUMBERS) != $null) {
        $rU = $sht(routes=>NUMBERS);
      }
      lookup("location");
    }
    if (IN_DIALOG_AUTH && is_method("BYE|INVITE|UPDATE|INFO|REFER|MESSAGE")) {
      route(AUTHENTICATE);
    }
    if (is_method("NOTIFY")) {
      record_route();
    }
    route(RELAY);
    exit;
  }
  if (is_method("ACK")) {
    if (t_check_trans()) {
      t_relay();
    }
    exit;
  }
  sl_send_reply("404", "Not Here");
}

# Who we vouch for (RFC 3325): callers who gave a password, and a trunk, which is whoever says so.
route[IDENTITY] {
  if ($hdr(X-Lab-Trunk) != $null) {
    remove_hf("X-Lab-Trunk");
    return;
  }
  remove_hf("P-Asserted-Identity");
  remove_hf("P-Preferred-Identity");
  if (ASSERT_IDENTITY && $var(caller) != "" && !($hdr(Privacy) =~ "id")) {
    append_hf("P-Asserted-Identity: <sip:$var(caller)@DOMAIN>\\r\\n");
  }
}

route[AUTHENTICATE] {
  if (is_method("REGISTER") && $td =~ "FURTHER") {
    return;
  }
  if (is_method("REGISTER")) {
    if (WWW_FAILS) {
      www_challenge("DOMAIN", "QOP");
      exit;
    }
    if ($au != $tU) {
      sl_send_reply("403", "Not Your Address");
      exit;
    }
  } else {
    if ($hdr(X-Lab-Trunk) != $null) {
      return;
    }
    if (!(from_uri == myself) && !(ANONYMOUS_AUTH && $fd == "anonymous.invalid")) {
      return;
    }
    if (PROXY_FAILS) {
      proxy_challenge("DOMAIN", "QOP");
      exit;
    }
    if (from_uri == myself && $au != $fU && !has_totag()) {
      sl_send_reply("403", "Not Your Address");
      exit;
    }
    $var(caller) = $au;
    consume_credentials();
  }
}

route[RELAY] {
  if (is_method("INVITE|UPDATE|SUBSCRIBE")) {
    t_on_reply("ALIAS_REPLY");
  }
  if (!t_relay()) {
    sl_reply_error();
  }
}

onreply_route[ALIAS_REPLY] {
  set_contact_alias();
}

onreply_route {
  xlog("L_NOTICE", "LAB-WIRE $proto:$si:$sp $(mb{s.encode.base64})\\n");
  xlog("L_NOTICE", "LAB-REPLY $rs $rm src=$proto:$si:$sp call=$ci\\n");
}
ROUTE_WEB
'''

#: How a password is checked: against the table of secrets, or as one of mod_cusax_sip's (load, REGISTER, others). $au
#: is the user in both cases: Kamailio leaves out what stands before a colon.
STORED = ('', '$sht(secrets=>$au) == $null || !pv_www_authenticate("DOMAIN", "$sht(secrets=>$au)", "0")',
          '$sht(secrets=>$au) == $null || !pv_proxy_authenticate("DOMAIN", "$sht(secrets=>$au)", "0")')
EPHEMERAL = ('loadmodule "auth_ephemeral.so"\nmodparam("auth_ephemeral", "secret", "%s")',
             '!autheph_www("DOMAIN")', '!autheph_proxy("DOMAIN")')

TLS_CONFIG = '''[server:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = {key}
certificate = {certificate}
[client:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
'''

TLS_NAMED = '''[server:{host}:{port}]
server_name = {name}
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = {key}
certificate = {certificate}
'''


class Kamailio:
    """start() and stop() as often as a test wants; the ports stay, the bindings do not."""

    def __init__(self, folder, domain, users, certificate, key, algorithm='MD5', qop=True, max_expires=600,
                 nonce_expire=300, in_dialog_auth=False, assert_identity=False, anonymous_auth=False, further=(),
                 gruu=False, place=HERE, ephemeral=None, allow_events=(), websocket=False):
        """users: user part -> password. algorithm: MD5 or SHA-256. assert_identity: callers with a password get a
        P-Asserted-Identity. anonymous_auth: anonymous callers need a password too. further: other domains, whose
        users register here without one. ephemeral: the secret shared with mod_cusax_sip; then only its credentials
        count. gruu: gives GRUUs (RFC 5627). allow_events: event packages that the registrar announces. websocket:
        browsers may come."""
        self.folder, self.domain, self.users = folder, domain, dict(users)
        self.place, self.host = place, place.host
        self.port = place.ports(2, 5060)
        self.tls_port = self.port + 1
        self.process = None
        self._socket = os.path.join(folder, 'rpc')
        self._config = os.path.join(folder, 'kamailio.cfg')
        secrets = '\n'.join('  $sht(secrets=>%s) = "%s";' % item for item in self.users.items())
        load, www, proxy = EPHEMERAL if ephemeral else STORED
        text = CONFIG
        pattern = '^(%s)$' % '|'.join(name.replace('.', '[.]') for name in further or ['none.invalid'])
        web = WEB if websocket else WITHOUT_WEB
        for name, value in (*web, ('LOAD_EPHEMERAL', load % ephemeral if ephemeral else ''), ('WWW_FAILS', www),
                            ('PROXY_FAILS', proxy), ('FURTHER', pattern), ('ASSERT_IDENTITY', int(assert_identity)),
                            ('ANONYMOUS_AUTH', int(anonymous_auth)), ('IN_DIALOG_AUTH', int(in_dialog_auth)),
                            ('GRUU', int(gruu)),
                            ('MAX_EXPIRES', max_expires),
                            ('NONCE_EXPIRE', nonce_expire), ('ALGORITHM', algorithm), ('QOP', int(qop)),
                            ('SECRETS', secrets), ('ALLOW_EVENTS', int(bool(allow_events))),
                            ('EVENT_NAMES', ', '.join(allow_events)), ('DOMAIN', domain), ('SOCKET', self._socket),
                            ('FOLDER', folder), ('LISTEN', self._listen())):
            text = text.replace(name, str(value))
        with open(self._config, 'w', encoding='utf-8') as file:
            file.write(text)
        self._write_tls(certificate, key)

    def _write_tls(self, certificate, key, named=None, clients=None):
        with open(os.path.join(self.folder, 'tls.cfg'), 'w', encoding='utf-8') as file:
            text = TLS_CONFIG.format(key=key, certificate=certificate)
            if clients:
                # The first section is the server's.
                text = text.replace('_certificate = no', '_certificate = yes', 2)
                text = text.replace('private_key', 'ca_list = %s\nprivate_key' % clients, 1)
            file.write(text)
            for name, (other, other_key) in (named or {}).items():
                file.write(TLS_NAMED.format(host=self.host, port=self.tls_port, name=name, key=other_key,
                                            certificate=other))

    def show_certificate(self, pair, named=None, clients=None):
        """From the next start or reload on: this (certificate, key) for all, except for clients that name a host
        (SNI) of `named`, a dict host -> pair. clients: an authority's certificate; clients must have one of it."""
        self._write_tls(*pair, named, clients)
        if self.process and self.process.running():
            self.rpc('tls.reload')

    def _listen(self):
        lines = []
        for address in self.place.addresses:
            address = '[%s]' % address if ':' in address else address
            lines += ['listen=%s:%s:%d' % (kind, address, self.tls_port if kind == 'tls' else self.port)
                      for kind in ('udp', 'tcp', 'tls')]
        return '\n'.join(lines)

    def start(self):
        for stale in (self._socket,):
            if os.path.exists(stale):
                os.unlink(stale)
        command = ['kamailio', '-DD', '-E', '-f', self._config, '-Y', self.folder, '-m', '64', '-M', '8']
        self.process = Process('kamailio', self.place.wrap(command, 'TERM'),
                               os.path.join(self.folder, 'kamailio.log'), cwd=self.folder, death_signal=signal.SIGTERM)
        self.process.wait_for(lambda: self.place.can_connect(self.port) and self.place.can_connect(self.tls_port) and
                              os.path.exists(self._socket), 'its ports', 15)

    def stop(self):
        if self.process:
            self.process.stop()

    def kill(self):
        self.process.kill()

    def rpc(self, method, *params):
        """One JSON-RPC to the running server."""
        mine = '%s.%d' % (self._socket, os.getpid())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            if os.path.exists(mine):
                os.unlink(mine)
            channel.bind(mine)
            channel.settimeout(5)
            try:
                channel.sendto(json.dumps({'jsonrpc': '2.0', 'method': method, 'params': list(params), 'id': 1})
                               .encode(), self._socket)
                reply = json.loads(channel.recv(1 << 20))
            except OSError as error:
                raise LabError('kamailio: %s: %s\n%s' % (method, error, self.process.tail())) from error
            finally:
                os.unlink(mine)
        if 'error' in reply:
            raise LabError('kamailio: %s: %s' % (method, reply['error']))
        return reply['result']

    def set_password(self, user, password):
        self.rpc('htable.sets', 'secrets', user, password)

    def answer(self, method, code):
        """From now on every request with this method is answered with code; None: as usual again. Besides methods:
        FOREIGN, calls to further domains, and NUMBERS, calls to numbers of the own one."""
        if code is None:
            self.rpc('htable.delete', 'answers', method)
        else:
            self.rpc('htable.seti', 'answers', method, int(code))

    def route_numbers(self, user):
        """Calls to numbers of the own domain go to this user, as to a gateway; P-Called-Party-ID has the number."""
        self.rpc('htable.sets', 'routes', 'NUMBERS', user)

    def route_mailbox(self, user):
        """Subscriptions to message-summary go to this user, as to a voicemail server; without it they get 489."""
        self.rpc('htable.sets', 'routes', 'MAILBOX', user)

    def bindings(self, user):
        """The contacts registered for a user, as Kamailio's location table has them. user@domain: of a further one."""
        user, _, where = user.partition('@')
        table = 'foreign' if where not in ('', self.domain) else 'location'
        for domain in self.rpc('ul.dump')['Domains']:
            if domain['Domain']['Domain'] != table:
                continue
            for entry in domain['Domain']['AoRs']:
                info = entry['Info']
                if info['AoR'] in (user, '%s@%s' % (user, self.domain)):
                    return [contact['Contact'] for contact in info['Contacts']]
        return []

    def bind(self, user, contact):
        """Calls to this user go to that URI, for ever, as if it had been registered."""
        self.rpc('ul.add', 'location', user, contact, 0, 1.0, '', 0, 0, 8191)

    def wait_registered(self, user, seconds=10, count=1):
        self.process.wait_for(lambda: len(self.bindings(user)) >= count, '%s registered' % user, seconds)
        return self.bindings(user)

    def wait_unregistered(self, user, seconds=10):
        self.process.wait_for(lambda: not self.bindings(user), '%s not registered' % user, seconds)

    def requests(self, method=None):
        """The requests that arrived since its start, oldest first, as dicts: method, uri, from, src, auth, call."""
        found = []
        for match in re.finditer(r'LAB (\S+) (\S+) from=(\S+) src=(\S+) auth=(\S+) call=(\S+)',
                                 self.process.log_text()):
            request = dict(zip(('method', 'uri', 'from', 'src', 'auth', 'call'), match.groups()))
            if method in (None, request['method']):
                found.append(request)
        return found

    def wire(self, method=None, status=None, call=None):
        """The messages that arrived here since its start (not those that it made itself), oldest first: requests with
        this method, or replies to it with this status (a number, or a test of one); of one Call-ID."""
        found = []
        for match in re.finditer(r'LAB-WIRE (\S+) (\S*)', self.process.log_text()):
            message = Message.parse(base64.b64decode(match.group(2)))
            message.source = match.group(1)
            if call not in (None, message.call_id) or method not in (None, message.method or message.cseq_method):
                continue
            if status is None:
                wanted = not message.status
            else:
                wanted = message.status and (status(message.status) if callable(status) else message.status == status)
            if wanted:
                found.append(message)
        return found

    def wait_wire(self, method, status=None, call=None, seconds=10, count=1):
        """Waits for such messages; gives the last one."""
        self.process.wait_for(lambda: len(self.wire(method, status, call)) >= count,
                              '%d x %s%s on the wire' % (count, method, ' %s' % status if status else ''), seconds)
        return self.wire(method, status, call)[-1]
