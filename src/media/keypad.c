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

/* In whatever thread Farstream builds in. */
static void
on_element_added (GstBin *conference, GstBin *parent, GstElement *element, gpointer unused)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory != NULL && strcmp (GST_OBJECT_NAME (factory), "rtpdtmfsrc") == 0)
    g_object_set (element, "packet-redundancy", 3, NULL);
}

void
cusax_keypad_repeat_ends (GstElement *conference)
{
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
