/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See address.h. */
#include "address-private.h"
#include "error.h"
#include "number.h"
#include "text.h"

#include <arpa/inet.h>
#include <string.h>

struct _CusaxAddress
{
  gboolean sips;
  char *user;         /* (nullable): unescaped, valid UTF-8 without control characters */
  char *escaped_user; /* (nullable): canonical, so that equal users are equal texts (section 19.1.4) */
  char *host;
  guint16 port;
  gboolean is_phone; /* user=phone */
  char *transport;   /* (nullable): lower case */
  char *uri;
};

gboolean
cusax_address_invalid (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (CUSAX_ERROR, CUSAX_ERROR_INVALID, format, args);
  va_end (args);
  return FALSE;
}

/* ------------------------------------------------------------------- host */

static gboolean
consists_of (const char *text, const char *set)
{
  return *text != '\0' && text[strspn (text, set)] == '\0';
}

static gboolean
is_ipv6 (const char *text)
{
  struct in6_addr address;

  return inet_pton (AF_INET6, text, &address) == 1;
}

static gboolean
is_ipv4 (const char *text)
{
  struct in_addr address;

  return inet_pton (AF_INET, text, &address) == 1;
}

gboolean
cusax_address_host_is_valid (const char *host)
{
  gsize label = 0; /* characters of the label so far */
  const char *last_label = host;

  if (host == NULL || *host == '\0' || strlen (host) > 253)
    return FALSE;
  if (is_ipv6 (host) || is_ipv4 (host))
    return TRUE;

  for (const char *p = host;; p++)
    {
      if (*p == '.' || *p == '\0')
        {
          if (label == 0 || label > 63 || p[-1] == '-')
            return FALSE;
          if (*p == '\0')
            break;
          label = 0;
          last_label = p + 1;
          continue;
        }
      if (!g_ascii_isalnum (*p) && (*p != '-' || label == 0))
        return FALSE;
      label++;
    }
  /* A last label of digits only is a broken IPv4 address, never a name (RFC 3261 "toplabel"). */
  return g_ascii_isalpha (*last_label);
}

/* Takes "name", "1.2.3.4" or "::1" (no brackets) and gives its one form; NULL if it is none of them. */
static char *
canonical_host (const char *text, gsize length)
{
  g_autofree char *host = g_ascii_strdown (text, length);
  struct in6_addr address;
  char literal[INET6_ADDRSTRLEN];

  if (g_hostname_is_non_ascii (host))
    {
      char *ascii = g_hostname_to_ascii (host);

      if (ascii == NULL)
        return NULL;
      g_free (host);
      host = ascii;
    }

  if (inet_pton (AF_INET6, host, &address) == 1)
    return g_strdup (inet_ntop (AF_INET6, &address, literal, sizeof literal));
  length = strlen (host);
  if (length > 1 && host[length - 1] == '.')
    host[length - 1] = '\0'; /* the root's dot means the same name, but not to certificates */
  return cusax_address_host_is_valid (host) ? g_steal_pointer (&host) : NULL;
}

static gboolean
parse_port (const char *text, const char *end, guint16 *port)
{
  guint value = 0;

  if (text == end || end - text > 5)
    return FALSE;
  for (; text < end; text++)
    {
      if (!g_ascii_isdigit (*text))
        return FALSE;
      value = value * 10 + (guint) (*text - '0');
    }
  *port = (guint16) value;
  return value > 0 && value <= G_MAXUINT16;
}

static gboolean
parse_host_port (const char *text, const char *end, char **host, guint16 *port, GError **error)
{
  const char *colon;

  *port = 0;
  if (text < end && *text == '[')
    {
      const char *close = memchr (text, ']', end - text);

      if (close == NULL)
        return cusax_address_invalid (error, "the IPv6 address has no closing bracket");
      *host = canonical_host (text + 1, close - text - 1);
      if (*host == NULL || strchr (*host, ':') == NULL)
        return cusax_address_invalid (error, "not an IPv6 address");
      colon = close + 1;
    }
  else
    {
      colon = memchr (text, ':', end - text);
      if (colon == NULL)
        colon = end;
      *host = canonical_host (text, colon - text);
      if (*host == NULL)
        return cusax_address_invalid (error, "not a host name");
    }

  if (colon == end)
    return TRUE;
  if (*colon != ':' || !parse_port (colon + 1, end, port))
    return cusax_address_invalid (error, "not a port number");
  return TRUE;
}

/* ------------------------------------------------------------------- user */

/* Escapes what needs it and unescapes what does not. @typed: from a person, who writes letters as they are; a
 * raw '#' is taken in any case, because phones do send "*31#" so. */
static char *
canonical_user (const char *text, gsize length, gboolean typed, GError **error)
{
  g_autoptr (GString) user = g_string_sized_new (length);
  g_autofree char *plain = NULL;

  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) text[i];

      if (c == '%')
        {
          if (length - i < 3 || !g_ascii_isxdigit (text[i + 1]) || !g_ascii_isxdigit (text[i + 2]))
            goto fail;
          c = (guchar) (g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2]));
          i += 2;
          if (!g_ascii_isalnum (c) && (c == '\0' || strchr (CUSAX_ADDRESS_UNRESERVED_MARKS, c) == NULL))
            g_string_append_printf (user, "%%%02X", c);
          else
            g_string_append_c (user, (char) c);
        }
      else if (g_ascii_isalnum (c)
               || (c != '\0' && strchr (CUSAX_ADDRESS_UNRESERVED_MARKS CUSAX_ADDRESS_USER_RESERVED, c) != NULL))
        g_string_append_c (user, (char) c);
      else if (c == '#' || (typed && (c >= 0x80 || c == '\\' || strchr ("^`{|}[]", c) != NULL)))
        g_string_append_printf (user, "%%%02X", c);
      else
        goto fail;
    }

  plain = g_uri_unescape_string (user->str, NULL);
  if (user->len > 0 && plain != NULL && cusax_text_is_plain (plain))
    return g_strdup (user->str);

fail:
  cusax_address_invalid (error, "the part before @ has characters that do not belong there");
  return NULL;
}

char *
cusax_address_escape_number (const char *number)
{
  return g_uri_escape_string (number, "+*", FALSE);
}

/* With user=phone separators in the number mean nothing (RFC 3261 section 19.1.6, RFC 3966 section 5.1.1). */
static char *
canonical_phone_user (const char *escaped)
{
  gsize length = strcspn (escaped, ";");
  g_autofree char *plain = g_uri_unescape_segment (escaped, escaped + length, NULL);
  g_autofree char *number = plain != NULL ? cusax_number_normalize (plain, NULL) : NULL;
  g_autofree char *escaped_number = number != NULL ? cusax_address_escape_number (number) : NULL;

  return escaped_number != NULL ? g_strconcat (escaped_number, escaped + length, NULL) : g_strdup (escaped);
}

/* ---------------------------------------------------------------- address */

static void
build_uri (CusaxAddress *address)
{
  GString *uri = g_string_new (address->sips ? "sips:" : "sip:");

  if (address->escaped_user != NULL)
    g_string_append_printf (uri, "%s@", address->escaped_user);
  g_string_append_printf (uri, strchr (address->host, ':') != NULL ? "[%s]" : "%s", address->host);
  if (address->port != 0)
    g_string_append_printf (uri, ":%u", address->port);
  if (address->transport != NULL)
    g_string_append_printf (uri, ";transport=%s", address->transport);
  if (address->is_phone)
    g_string_append (uri, ";user=phone");
  address->uri = g_string_free (uri, FALSE);
}

/* Makes the derived texts; @escaped_user (transfer full) (nullable) must be canonical. */
static void
complete (CusaxAddress *address, char *escaped_user)
{
  address->is_phone = address->is_phone && escaped_user != NULL;
  address->escaped_user = address->is_phone ? canonical_phone_user (escaped_user) : g_strdup (escaped_user);
  if (address->escaped_user != NULL)
    address->user = g_uri_unescape_string (address->escaped_user, NULL);
  g_free (escaped_user);
  build_uri (address);
}

static void
address_clear (CusaxAddress *address)
{
  g_free (address->user);
  g_free (address->escaped_user);
  g_free (address->host);
  g_free (address->transport);
  g_free (address->uri);
}

CusaxAddress *
cusax_address_ref (CusaxAddress *address)
{
  g_return_val_if_fail (address != NULL, NULL);
  return g_rc_box_acquire (address);
}

void
cusax_address_unref (CusaxAddress *address)
{
  g_return_if_fail (address != NULL);
  g_rc_box_release_full (address, (GDestroyNotify) address_clear);
}

/* ";name=value;..." up to @end. The parameters that we do not keep must still be harmless. */
static gboolean
parse_parameters (CusaxAddress *address, const char *text, const char *end, GError **error)
{
  while (text < end)
    {
      const char *next = memchr (text + 1, ';', end - text - 1);
      g_autofree char *parameter = NULL;
      const char *value;

      if (next == NULL)
        next = end;
      parameter = g_ascii_strdown (text + 1, next - text - 1);
      text = next;
      if (*parameter == '\0' || *parameter == '=' || strchr (parameter, '@') != NULL)
        return cusax_address_invalid (error, "an empty or broken parameter");

      if (g_str_equal (parameter, "user=phone"))
        address->is_phone = TRUE;
      if (!g_str_has_prefix (parameter, "transport="))
        continue;
      value = parameter + strlen ("transport=");
      if (address->transport != NULL || !consists_of (value, "abcdefghijklmnopqrstuvwxyz0123456789-_."))
        return cusax_address_invalid (error, "a broken transport parameter");
      address->transport = g_strdup (value);
    }
  return TRUE;
}

static gboolean
check_text (const char *text, gboolean typed, GError **error)
{
  if (*text == '\0')
    return cusax_address_invalid (error, "empty");
  if (strlen (text) > CUSAX_ADDRESS_MAX_LENGTH)
    return cusax_address_invalid (error, "longer than %d bytes", CUSAX_ADDRESS_MAX_LENGTH);
  for (const char *p = text; *p != '\0'; p++)
    if ((guchar) *p <= ' ' || *p == 0x7f || strchr ("<>\"", *p) != NULL || (!typed && (guchar) *p >= 0x80))
      return cusax_address_invalid (error, "characters that do not belong into an address");
  return TRUE;
}

/* @text begins after the scheme. */
CusaxAddress *
cusax_address_parse_after_scheme (const char *text, gboolean sips, gboolean typed, GError **error)
{
  g_autoptr (CusaxAddress) address = g_rc_box_new0 (CusaxAddress);
  g_autofree char *user = NULL;
  const char *at = strchr (text, '@'); /* no '@' is legal anywhere else */
  const char *host = at != NULL ? at + 1 : text;
  const char *end = host + strcspn (host, "?");
  const char *parameters = host + strcspn (host, ";?");

  if (!check_text (text, typed, error))
    return NULL;
  address->sips = sips;
  if (at != NULL)
    {
      const char *colon = memchr (text, ':', at - text); /* a password: dropped (section 19.1.1) */

      user = canonical_user (text, (colon != NULL ? colon : at) - text, typed, error);
      if (user == NULL)
        return NULL;
    }
  if (!parse_host_port (host, parameters, &address->host, &address->port, error)
      || !parse_parameters (address, parameters, end, error))
    return NULL;
  complete (address, g_steal_pointer (&user));
  return g_steal_pointer (&address);
}

gboolean
cusax_address_has_scheme (const char *text, const char *scheme)
{
  return g_ascii_strncasecmp (text, scheme, strlen (scheme)) == 0;
}

CusaxAddress *
cusax_address_parse_uri (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  if (cusax_address_has_scheme (text, "sip:"))
    return cusax_address_parse_after_scheme (text + 4, FALSE, FALSE, error);
  if (cusax_address_has_scheme (text, "sips:"))
    return cusax_address_parse_after_scheme (text + 5, TRUE, FALSE, error);
  cusax_address_invalid (error, "not a SIP URI");
  return NULL;
}

CusaxAddress *
cusax_address_new_at_domain (const char *escaped_user, const char *domain, gboolean is_phone, GError **error)
{
  g_autoptr (CusaxAddress) address = g_rc_box_new0 (CusaxAddress);
  gsize length = strlen (domain);

  address->host = *domain == '[' && domain[length - 1] == ']' ? canonical_host (domain + 1, length - 2)
                                                              : canonical_host (domain, length);
  if (address->host == NULL)
    {
      cusax_address_invalid (error, "not a domain");
      return NULL;
    }
  address->is_phone = is_phone;
  complete (address, g_strdup (escaped_user));
  return g_steal_pointer (&address);
}

/* ---------------------------------------------------------------- getters */

const char *
cusax_address_get_uri (const CusaxAddress *address)
{
  return address->uri;
}

const char *
cusax_address_get_user (const CusaxAddress *address)
{
  return address->user;
}

const char *
cusax_address_get_host (const CusaxAddress *address)
{
  return address->host;
}

guint16
cusax_address_get_port (const CusaxAddress *address)
{
  return address->port;
}

const char *
cusax_address_get_transport (const CusaxAddress *address)
{
  return address->transport;
}

gboolean
cusax_address_is_sips (const CusaxAddress *address)
{
  return address->sips;
}

gboolean
cusax_address_is_number (const CusaxAddress *address)
{
  return address->is_phone
         || (address->user != NULL && address->user[0] == '+' && consists_of (address->user + 1, "0123456789"));
}

char *
cusax_address_get_display (const CusaxAddress *address, const char *domain)
{
  GString *display;

  if (domain != NULL && address->user != NULL && consists_of (address->user, "+*#0123456789")
      && g_ascii_strcasecmp (domain, address->host) == 0)
    return g_strdup (address->user);

  display = g_string_new (NULL);
  if (address->user != NULL)
    {
      /* '@', blanks and '%' stay escaped: "boss%40bank@evil" must not read as somebody at the bank, and what is
       * shown can be typed again. */
      g_string_append_uri_escaped (display, address->user,
                                   CUSAX_ADDRESS_UNRESERVED_MARKS CUSAX_ADDRESS_USER_RESERVED "#", TRUE);
      g_string_append_c (display, '@');
    }
  g_string_append_printf (display, strchr (address->host, ':') != NULL ? "[%s]" : "%s", address->host);
  if (address->port != 0)
    g_string_append_printf (display, ":%u", address->port);
  return g_string_free (display, FALSE);
}

gboolean
cusax_address_equal (const CusaxAddress *a, const CusaxAddress *b)
{
  /* All texts are canonical, so section 19.1.4 is a comparison of texts: an absent port, transport or
   * user=phone never equals its default. */
  return a->sips == b->sips && g_strcmp0 (a->escaped_user, b->escaped_user) == 0
         && g_str_equal (a->host, b->host) && a->port == b->port && a->is_phone == b->is_phone
         && g_strcmp0 (a->transport, b->transport) == 0;
}
