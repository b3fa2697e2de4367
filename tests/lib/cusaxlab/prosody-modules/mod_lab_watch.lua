-- SPDX-License-Identifier: GPL-2.0-or-later
-- Writes a line for every IQ and presence that a client sends, with the time, so that tests can count requests.

local filters = require "util.filters";
local gettime = require "util.time".now;

local function describe(stanza)
	local child = stanza.tags[1];
	if not child then return "- - -"; end
	local node = "-";
	if child.name == "pubsub" and child.tags[1] then node = child.tags[1].attr.node or "-"; end
	return ("%s %s %s"):format(child.name, child.attr.xmlns or "-", node);
end

local function watch(stanza, session)
	if session.username and stanza.attr and (stanza.name == "iq" or stanza.name == "presence") then
		module:log("info", "LAB-STANZA %.3f %s %s from=%s to=%s %s", gettime(), stanza.name, stanza.attr.type or "available",
			session.full_jid or session.username, stanza.attr.to or "-", describe(stanza));
	end
	return stanza;
end

local function add(session)
	if session.host == module.host or session.type == "c2s_unauthed" then
		filters.add_filter(session, "stanzas/in", function (stanza)
			if session.host ~= module.host then return stanza; end
			return watch(stanza, session);
		end, 10);
	end
end

filters.add_filter_hook(add);
module.unload = function () filters.remove_filter_hook(add); end
