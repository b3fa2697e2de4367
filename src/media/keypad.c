/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See keypad.h. */
#include "keypad.h"

#include <mediamanager.h>
#include <string.h>

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* its GParameter */
#include <media/backend-iface.h>
G_GNUC_END_IGNORE_DEPRECATIONS

/* RFC 4733 section 2.5.1.3: -10 dBm0, what telephones send. */
#define VOLUME 10
/* libpurple stops a longer one by a timer that keeps a session it has no reference to. */
#define MS 50

#define DATA_KEY "cusax-keypad"
#define TYPES_KEY "cusax-keypad-types"
#define N_TYPES (128 / 32)

/** Watch: belongs to a backend. */
typedef struct
{
  CusaxKeypadPressed pressed;
  gpointer user_data;
} Watch;

/* In place of the parent's. Nothing is sent: TRUE, or the host might think of something. */
static gboolean
on_send_dtmf (PurpleMediaBackend *backend, const gchar *session, gchar digit, guint8 volume, guint16 duration)
{
  const Watch *watch = g_object_get_data (G_OBJECT (backend), DATA_KEY);

  if (watch != NULL && digit != '\0' && strchr ("0123456789*#ABCD", digit) != NULL)
    watch->pressed (watch->user_data, digit);
  return TRUE;
}

/* GObject has filled it with what the parent has. */
static void
init_interface (gpointer table, gpointer unused)
{
  ((PurpleMediaBackendIface *) table)->send_dtmf = on_send_dtmf;
}

/* GTypes are for ever: one per type that was ever the manager's. Returns: @parent if none can be derived from it */
static GType
derive (GType parent)
{
  static const GInterfaceInfo interface = { .interface_init = init_interface };
  g_autofree char *name = g_strconcat ("Cusax", g_type_name (parent), NULL);
  GType type = g_type_from_name (name);
  GTypeQuery query = { 0 };

  if (type != 0 && g_type_parent (type) == parent)
    return type;
  if (parent != 0)
    g_type_query (parent, &query);
  if (type != 0 || query.type == 0 || !g_type_is_a (parent, PURPLE_TYPE_MEDIA_BACKEND))
    {
      g_warning ("the keypad of call windows is not ours: libpurple sends its digits");
      return parent;
    }
  type = g_type_register_static_simple (parent, name, query.class_size, NULL, query.instance_size, NULL, 0);
  g_type_add_interface_static (type, PURPLE_TYPE_MEDIA_BACKEND, &interface);
  return type;
}

PurpleMedia *
cusax_keypad_create_media (PurpleAccount *account, const char *who, gboolean initiator)
{
  PurpleMediaManager *manager = purple_media_manager_get ();
  GType parent = purple_media_manager_get_backend_type (manager);
  PurpleMedia *media;

  purple_media_manager_set_backend_type (manager, derive (parent));
  media = purple_media_manager_create_media (manager, account, "fsrtpconference", who, initiator);
  purple_media_manager_set_backend_type (manager, parent);
  return media;
}

void
cusax_keypad_watch (GObject *backend, CusaxKeypadPressed pressed, gpointer user_data)
{
  Watch *watch = NULL;

  if (pressed != NULL)
    {
      watch = g_new (Watch, 1);
      watch->pressed = pressed;
      watch->user_data = user_data;
    }
  g_object_set_data_full (backend, DATA_KEY, watch, g_free);
}

/* WORKAROUND libpurple 2.14.12: the first telephone-event of the other side gives Farstream's stream a second pad, for
 * which src_pad_added_cb() in backend-fs2.c gives a GstCaps back as if it were a GObject, and rtpdtmfdepay (gst-plugins-bad
 * 1.22) then has no caps to set: criticals, and nothing to hear. Remove when neither is said in test_session without it.
 * Behind the jitter buffer, which would wait for them. Streaming thread. */
static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  const gint *types = user_data; /* atomic: one bit each */
  guint8 header[2];

  if (gst_buffer_extract (GST_PAD_PROBE_INFO_BUFFER (info), 0, header, sizeof header) != sizeof header)
    return GST_PAD_PROBE_OK;
  header[1] &= 0x7f;
  return ((guint) g_atomic_int_get (&types[header[1] / 32]) >> header[1] % 32 & 1) != 0 ? GST_PAD_PROBE_DROP
                                                                                        : GST_PAD_PROBE_OK;
}

static void
filter (GstElement *demultiplexer, GstBin *conference)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (demultiplexer, "sink");

  /* The bits live as long as the bin that this element is in. */
  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, g_object_get_data (G_OBJECT (conference), TYPES_KEY),
                       NULL);
}

/* In whatever thread Farstream builds in. */
static void
on_element_added (GstBin *conference, GstBin *parent, GstElement *element, gpointer unused)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory != NULL && strcmp (GST_OBJECT_NAME (factory), "rtpdtmfsrc") == 0)
    g_object_set (element, "packet-redundancy", 3, NULL);
  else if (factory != NULL && strcmp (GST_OBJECT_NAME (factory), "rtpptdemux") == 0)
    filter (element, conference);
}

static gboolean
is_event (const CusaxCodec *codec)
{
  return g_ascii_strcasecmp (codec->name, "telephone-event") == 0;
}

static void
set_types (guint32 *types, const GPtrArray *codecs, gboolean events)
{
  for (guint i = 0; codecs != NULL && i < codecs->len; i++)
    {
      const CusaxCodec *codec = codecs->pdata[i];
      guint type = codec->payload_type & 0x7f;

      if (events && is_event (codec))
        types[type / 32] |= 1u << type % 32;
      else if (!events && !is_event (codec))
        types[type / 32] &= ~(1u << type % 32);
    }
}

void
cusax_keypad_set_received (GstElement *conference, const GPtrArray *agreed, const GPtrArray *offered)
{
  gint *types = g_object_get_data (G_OBJECT (conference), TYPES_KEY);
  guint32 wanted[N_TYPES] = { 0 };

  /* They may send with our numbers as with their own, unless they gave ours to a voice. */
  set_types (wanted, offered, TRUE);
  set_types (wanted, agreed, TRUE);
  set_types (wanted, agreed, FALSE);
  for (gsize i = 0; i < N_TYPES; i++)
    g_atomic_int_set (&types[i], (gint) wanted[i]);
}

void
cusax_keypad_tune (GstElement *conference)
{
  g_object_set_data_full (G_OBJECT (conference), TYPES_KEY, g_new0 (gint, N_TYPES), g_free);
  g_signal_connect (conference, "deep-element-added", G_CALLBACK (on_element_added), NULL);
}

gboolean
cusax_keypad_send (GObject *backend, const char *session, char digit)
{
  PurpleMediaBackendIface *table = PURPLE_MEDIA_BACKEND_GET_INTERFACE (backend);

  if (table->send_dtmf == on_send_dtmf)
    table = g_type_interface_peek_parent (table);
  return table != NULL && table->send_dtmf != NULL
         && table->send_dtmf (PURPLE_MEDIA_BACKEND (backend), session, digit, VOLUME, MS);
}
