-- SPDX-License-Identifier: GPL-2.0-or-later
-- A provider that writes its people's cards itself: they are stored ones, and setting one is forbidden.

local st = require "util.stanza";

local function refuse(event)
	if event.stanza.attr.type ~= "set" then return; end
	event.origin.send(st.error_reply(event.stanza, "cancel", "forbidden"));
	return true;
end

module:hook("iq/bare/vcard-temp:vCard", refuse, 100);
module:hook("iq-set/self/urn:ietf:params:xml:ns:vcard-4.0:vcard", refuse, 100);
