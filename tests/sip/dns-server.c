/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See dns-server.h. */
#include "dns-server.h"

#include <string.h>

#define TYPE_NAPTR 35
#define CLASS_IN 1
#define HEADER_LENGTH 12

static void
append_16 (GByteArray *bytes, guint value)
{
  guint8 two[2] = { (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (bytes, two, 2);
}

static void
append_string (GByteArray *bytes, const char *text)
{
  guint8 length = (guint8) strlen (text);

  g_byte_array_append (bytes, &length, 1);
  g_byte_array_append (bytes, (const guint8 *) text, length);
}

void
dns_append_name (GByteArray *bytes, const char *name)
{
  g_auto (GStrv) labels = g_strsplit (name, ".", -1);

  for (char **label = labels; *label != NULL; label++)
    if (**label != '\0')
      append_string (bytes, *label);
  g_byte_array_append (bytes, (const guint8 *) "", 1);
}

void
dns_append_naptr (GByteArray *bytes, const NaptrRow *row)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  append_16 (data, row->order);
  append_16 (data, row->preference);
  append_string (data, row->flags);
  append_string (data, row->service);
  append_string (data, row->regexp);
  dns_append_name (data, row->replacement);

  append_16 (bytes, 0xC000 | HEADER_LENGTH);
  append_16 (bytes, TYPE_NAPTR);
  append_16 (bytes, CLASS_IN);
  append_16 (bytes, 0);
  append_16 (bytes, 60);
  append_16 (bytes, data->len);
  g_byte_array_append (bytes, data->data, data->len);
}

GByteArray *
dns_begin_answer (guint16 id, const char *name, guint rcode, guint n_answers)
{
  GByteArray *bytes = g_byte_array_new ();

  append_16 (bytes, id);
  append_16 (bytes, 0x8180 | rcode);
  append_16 (bytes, 1);
  append_16 (bytes, n_answers);
  append_16 (bytes, 0);
  append_16 (bytes, 0);
  dns_append_name (bytes, name);
  append_16 (bytes, TYPE_NAPTR);
  append_16 (bytes, CLASS_IN);
  return bytes;
}

/* Returns: (transfer full): the name that is asked for */
static char *
read_question (const guint8 *bytes, gsize length)
{
  GString *name = g_string_new (NULL);
  gsize at = HEADER_LENGTH;

  while (at < length && bytes[at] != 0 && at + 1 + bytes[at] < length)
    {
      g_string_append_printf (name, "%s%.*s", name->len > 0 ? "." : "", bytes[at], bytes + at + 1);
      at += bytes[at] + 1u;
    }
  return g_string_free (name, FALSE);
}

static GByteArray *
make_answer (DnsServer *server, const guint8 *question, gsize length)
{
  guint16 id = (guint16) (question[0] << 8 | question[1]);
  g_autofree char *name = read_question (question, length);
  guint count = 0;
  GByteArray *answer;

  for (const NaptrRow *row = server->rows; *row->name != '\0'; row++)
    count += g_ascii_strcasecmp (row->name, name) == 0;
  if (server->mode == DNS_SERVFAIL)
    return dns_begin_answer (id, name, 2, 0);
  answer = dns_begin_answer (id, name, count > 0 ? 0 : 3, count);
  for (const NaptrRow *row = server->rows; *row->name != '\0'; row++)
    if (g_ascii_strcasecmp (row->name, name) == 0)
      dns_append_naptr (answer, row);
  /* The frame stays good, what is in it does not. */
  if (server->mode == DNS_GARBAGE)
    memset (answer->data + answer->len - MIN (answer->len, 40), 0xFF, MIN (answer->len, 40));
  return answer;
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  DnsServer *server = data;
  g_autoptr (GSocketAddress) from = NULL;
  g_autoptr (GByteArray) answer = NULL;
  guint8 question[1500];
  gssize length = g_socket_receive_from (socket, &from, (char *) question, sizeof question, NULL, NULL);

  if (length < HEADER_LENGTH)
    return G_SOURCE_CONTINUE;
  server->questions++;
  if (server->mode == DNS_SILENT)
    return G_SOURCE_CONTINUE;
  answer = make_answer (server, question, (gsize) length);
  g_socket_send_to (socket, from, (const char *) answer->data, answer->len, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

DnsServer *
dns_server_new (const NaptrRow *rows)
{
  DnsServer *server = g_new0 (DnsServer, 1);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  server->rows = rows;
  server->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_assert_true (g_socket_bind (server->socket, wanted, FALSE, NULL));
  g_socket_set_blocking (server->socket, FALSE);
  server->address = G_INET_SOCKET_ADDRESS (g_socket_get_local_address (server->socket, NULL));
  server->source = g_socket_create_source (server->socket, G_IO_IN, NULL);
  g_source_set_callback (server->source, G_SOURCE_FUNC (on_readable), server, NULL);
  g_source_attach (server->source, NULL);
  return server;
}

void
dns_server_free (DnsServer *server)
{
  g_source_destroy (server->source);
  g_source_unref (server->source);
  g_object_unref (server->socket);
  g_object_unref (server->address);
  g_free (server);
}
