# SPDX-License-Identifier: GPL-2.0-or-later
"""The laboratory's private networks and bad servers do what the tests of the product rely on."""

import base64
import hashlib
import hmac
import socket
import ssl
import time

import pytest

from cusaxlab import LabError
from cusaxlab.component import SIPARK, Sipark
from cusaxlab.netns import CLIENT, DEAD, SERVER, SERVER6
from cusaxlab.prosody import sip_services
from cusaxlab.sipcaller import SipCaller

SECRET = 'between-the-servers'
SERVICES = {'host_options': sip_services(SECRET, 60, ('sips', 'tls', 'sip.cusax.test', 5061))}

LOOK_UP = '''
import socket, sys
try:
    print(sorted({item[4][0] for item in socket.getaddrinfo(sys.argv[1], 1)}))
except OSError as error:
    print(error.errno)
'''


def look_up(lab, name):
    return lab.client.run('/usr/bin/python3', '-c', LOOK_UP, name).strip()


def test_both_sides_reach_each_other_and_nothing_else(netlab):
    assert netlab.client.can_connect(5060, SERVER) and netlab.client.can_connect(5061, SERVER6)
    outside = socket.create_server(('127.0.0.1', 0))
    with outside:
        assert not netlab.client.can_connect(outside.getsockname()[1], '127.0.0.1')
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        netlab.client.connect((DEAD, 5061), 0.5)
    assert time.monotonic() - start >= 0.5
    netlab.client.change_address(CLIENT, '10.77.0.21')
    link = netlab.client.connect((SERVER, 5060))
    assert link.getsockname()[0] == '10.77.0.21'
    netlab.server.swallow('tcp dport 5060')
    with pytest.raises(TimeoutError):
        netlab.client.connect((SERVER, 5060), 0.3)
    netlab.server.release()
    assert netlab.client.can_connect(5060, SERVER)
    netlab.client.link(False)
    netlab.client.link(True)
    assert netlab.client.can_connect(5060, SERVER6)


def test_names_are_those_of_the_test(netlab):
    assert look_up(netlab, 'sip.cusax.test') == str([SERVER, SERVER6])
    assert look_up(netlab, 'example.org') == str(socket.EAI_NONAME)
    netlab.names.only_in_hosts_file('only.cusax.test', SERVER)
    assert look_up(netlab, 'only.cusax.test') == str([SERVER])
    assert netlab.names.asked('only.cusax.test') == 0 < netlab.names.asked('sip.cusax.test')


def test_files_of_etc_are_those_of_the_test(netlab):
    netlab.key_file('[account]\nsip_server=sip.cusax.test\n')
    assert 'sip_server' in netlab.client.run('cat', '/etc/purple-cusax.conf')
    assert SERVER in netlab.client.run('cat', '/etc/resolv.conf')
    with pytest.raises(FileNotFoundError):
        open('/etc/purple-cusax.conf', encoding='ascii').close()


@pytest.mark.parametrize('fault, words', [
    (None, None), ('expired', 'expired'), ('not_yet', 'not yet valid'), ('wrong_name', 'ostname mismatch'),
    ('self_signed', 'self-signed'), ('wildcard', None), ('intermediate', None), ('sni', None)])
def test_certificates_have_the_fault_that_they_should(make_netlab, fault, words):
    name = 'voice.cusax.test' if fault == 'wildcard' else 'cusax.test'
    netlab = make_netlab(domain=name)
    netlab.show_fault(fault)
    netlab.start(xmpp=False)
    context = ssl.create_default_context(cafile=netlab.authority.certificate)
    link = netlab.client.connect((SERVER, 5061))
    if words is None:
        context.wrap_socket(link, server_hostname=name).close()
    else:
        with pytest.raises(ssl.SSLCertVerificationError, match=words):
            context.wrap_socket(link, server_hostname=name)


def credentials(user, seconds, secret=SECRET):
    name = '%d:%s' % (time.time() + seconds, user)
    return name, base64.b64encode(hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()).decode()


def caller(lab, auth_user, password):
    return lab.adopt(SipCaller('bob', password, lab.domain, lab.host, lab.kamailio.tls_port, 'tls',
                               lab.authority.certificate, lab.place, auth_user))


def test_time_limited_credentials_of_chat_are_good_for_telephony(make_netlab):
    """mod_cusax_sip and Kamailio's auth_ephemeral agree; what is not theirs is refused."""
    lab = make_netlab(prosody=SERVICES, ephemeral=SECRET).start()
    bob = lab.contact('bob')
    for request in ('<services xmlns="urn:xmpp:extdisco:2"/>', '<services xmlns="urn:xmpp:extdisco:2" type="sips"/>',
                    '<credentials xmlns="urn:xmpp:extdisco:2"><service type="sips" host="sip.cusax.test"/>'
                    '</credentials>'):
        services = bob.demand('get', request, lab.domain)[0]
        assert len(services) == 1
    service = services[0]
    assert (service.get('type'), service.get('host'), service.get('port')) == ('sips', 'sip.cusax.test', '5061')
    assert service.get('username').endswith(':bob')
    assert not len(bob.demand('get', '<services xmlns="urn:xmpp:extdisco:2" type="turn"/>', lab.domain)[0])
    caller(lab, service.get('username'), service.get('password')).register()
    for name, password, status in (credentials('bob', -1) + (401,), credentials('alice', 60) + (403,),
                                   credentials('bob', 60, 'another') + (401,), ('bob', lab.users['bob'], 401)):
        with pytest.raises(LabError, match='SIP/2.0 %d' % status):
            caller(lab, name, password).register()


def test_a_component_hands_out_accounts(make_netlab):
    lab = make_netlab(prosody={'components': {'sipark.cusax.test': 'component-secret'}}).start(sip=False)
    part = lab.adopt(Sipark('sipark.cusax.test', 'component-secret', lab.prosody, lab.place,
                            bob={'username': 'bob', 'password': 'x<y', 'server': 'sip.cusax.test'}).start())
    bob, echo = lab.contact('bob'), lab.contact('echo')
    answer = bob.demand('get', '<registration xmlns="%s"/>' % SIPARK, part.jid)
    values = {child.tag.partition('}')[2]: child.text for child in answer[0][0]}
    assert values == {'jid': 'bob@cusax.test', 'username': 'bob', 'password': 'x<y', 'server': 'sip.cusax.test'}
    assert echo.ask('get', '<registration xmlns="%s"/>' % SIPARK, part.jid).get('type') == 'error'


def test_a_web_server_good_and_bad(netlab):
    page = {'sip_address': 'sip:smith@cusax.test'}
    netlab.web.webfinger('acct:alice@cusax.test', 'https://www.cusax.test/a.json')
    netlab.web.document('/a.json', page, user='alice', password='pw').redirect('/old', '/a.json')
    netlab.web.document('/slow', 'xx', seconds=0.4).start()

    def get(path, name='www.cusax.test', authorization=None):
        # In this process: its own resolver knows nothing of the names there.
        context = ssl.create_default_context(cafile=netlab.authority.certificate)
        with context.wrap_socket(netlab.client.connect((SERVER, 443)), server_hostname=name) as link:
            head = 'GET %s HTTP/1.0\r\nHost: %s\r\n' % (path, name)
            if authorization:
                head += 'Authorization: Basic %s\r\n' % base64.b64encode(authorization.encode()).decode()
            link.sendall(head.encode() + b'\r\n')
            answer = b''
            while data := link.recv(4096):
                answer += data
            return answer.decode()
    assert 'https://www.cusax.test/a.json' in get('/.well-known/webfinger?resource=acct:alice@cusax.test', 'cusax.test')
    assert ' 404 ' in get('/.well-known/webfinger?resource=acct:bob@cusax.test')
    assert ' 401 ' in get('/a.json') and 'smith' in get('/a.json', authorization='alice:pw')
    assert ' 302 ' in get('/old')
    start = time.monotonic()
    assert get('/slow').endswith('xx') and time.monotonic() - start >= 0.4
    assert netlab.web.asked('/a.json') == [('/a.json', None), ('/a.json', 'alice')]
    netlab.web.show(netlab.authority.issue('expired-web', ['www.cusax.test'], (-10, -1)))
    with pytest.raises(ssl.SSLCertVerificationError):
        get('/slow')
