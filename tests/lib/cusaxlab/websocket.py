# SPDX-License-Identifier: GPL-2.0-or-later
"""What Kamailio's configuration needs for browsers (RFC 7118): ws on its TCP port, wss on its TLS port."""

#: Placeholder in the configuration -> text. What a browser sends has no Content-Length, and an offer of all that it
#: can do is longer than the usual 4096 bytes of a message over TCP.
WEB = (('WEB_SWITCHES', '''tcp_accept_no_cl=yes
tcp_rd_buf_size=65536'''),
       ('LOAD_WEB', '''loadmodule "xhttp.so"
loadmodule "websocket.so"'''),
       ('ROUTE_WEB', '''
event_route[xhttp:request] {
  if ($hdr(Upgrade) =~ "websocket" && $rm == "GET") {
    ws_handle_handshake();
    exit;
  }
  xhttp_reply("404", "Not Here", "text/plain", "");
}
'''))
WITHOUT_WEB = tuple((name, '') for name, _ in WEB)
