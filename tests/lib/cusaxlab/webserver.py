# SPDX-License-Identifier: GPL-2.0-or-later
"""An HTTPS server for providers' settings: WebFinger, documents, and every way to serve them badly.

    lab.web.document('/cusax.json', {'sip_address': 'sip:smith@cusax.test'}, user='alice', password='wonderland-7')
    lab.web.webfinger('acct:alice@cusax.test', 'https://www.cusax.test/cusax.json')
    lab.web.start()
"""

import base64
import http.server
import json
import socket
import ssl
import threading
import time
import urllib.parse

from .certificates import read

LINK = 'tag:purple-cusax,2026:config'
WEBFINGER = '/.well-known/webfinger'


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listener, handler, context):
        self.context = context
        super().__init__(listener.getsockname()[:2], handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener

    def finish_request(self, request, client_address):
        # In the connection's own thread: a client without good manners holds nobody up.
        request.settimeout(10)
        with self.context.wrap_socket(request, server_side=True) as link:
            self.RequestHandlerClass(link, client_address, self)

    def handle_error(self, request, client_address):
        pass


class WebServer:
    """show() a certificate, add pages, start(). What was asked is in `requests`: (path with query, user or None)."""

    def __init__(self, place, address, pem):
        self._place, self._address, self._pem = place, address, pem
        self._pages, self._fingers, self.requests = {}, {}, []
        self._server = self._listener = None
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def show(self, pair):
        """This (certificate, key) from the next connection on."""
        with open(self._pem, 'w', encoding='ascii') as file:
            file.write(read(*pair))
        self._context.load_cert_chain(self._pem)
        return self

    # Pages

    def document(self, path, content, user=None, password=None, status=200, seconds=0, kind='application/json',
                 **headers):
        """content: text, or something that becomes JSON. user: Basic authentication is demanded; a name, or several
        that do. seconds: how long the body takes. headers: further ones, such as Location."""
        text = content if isinstance(content, (str, bytes)) else json.dumps(content)
        users = (user,) if isinstance(user, str) else user
        self._pages[path] = (status, text.encode() if isinstance(text, str) else text, kind, users, password, seconds,
                             headers)
        return self

    def redirect(self, path, target, status=302):
        return self.document(path, '', status=status, Location=target)

    def webfinger(self, resource, target, link=LINK):
        """What /.well-known/webfinger?resource=... answers; other resources get 404."""
        self._fingers[resource] = {'subject': resource, 'links': [{'rel': link, 'href': target}]}
        return self

    def asked(self, path):
        """Requests whose path begins so."""
        return [request for request in self.requests if request[0].startswith(path)]

    # Its life

    def start(self, port=443):
        family = socket.AF_INET6 if ':' in self._address else socket.AF_INET
        self._listener = self._place.socket(family)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((self._address, port))
        self._listener.listen(16)
        self._server = _Server(self._listener, self._handler(), self._context)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self):
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self):
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_GET(self):  # pylint: disable=invalid-name
                web.answer(self)

            def log_message(self, *_):
                pass
        return Handler

    def answer(self, request):
        user, password = None, None
        kind, _, value = request.headers.get('Authorization', '').partition(' ')
        if kind.lower() == 'basic':
            user, _, password = base64.b64decode(value).decode('utf-8', 'replace').partition(':')
        self.requests.append((request.path, user))
        path, _, query = request.path.partition('?')
        page = self._pages.get(request.path) or self._pages.get(path)
        if page is None and path == WEBFINGER:
            finger = self._fingers.get(urllib.parse.parse_qs(query).get('resource', [''])[0])
            page = finger and (200, json.dumps(finger).encode(), 'application/jrd+json', None, None, 0, {})
        status, body, kind, wanted, secret, seconds, headers = page or (404, b'', 'text/plain', None, None, 0, {})
        if wanted is not None and (user not in wanted or password != secret):
            status, body, headers = 401, b'', {'WWW-Authenticate': 'Basic realm="settings"'}
        request.send_response(status)
        for name, text in headers.items():
            request.send_header(name.replace('_', '-'), text)
        request.send_header('Content-Type', kind)
        request.send_header('Content-Length', str(len(body)))
        request.end_headers()
        if seconds:
            # Slowly, so that no time-out between two bytes sees it.
            for index in range(len(body)):
                request.wfile.write(body[index:index + 1])
                request.wfile.flush()
                time.sleep(seconds / len(body))
        else:
            request.wfile.write(body)
