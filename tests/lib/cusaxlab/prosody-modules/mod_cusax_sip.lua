-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Telephony credentials over the authenticated XMPP stream (XEP-0215 external services), so that a client needs one
-- password and keeps no SIP secret at all. See README.md beside this file.
--
-- Needs Prosody 0.12 or later (mod_external_services) and a SIP server that shares the secret: Kamailio's
-- auth_ephemeral, or anything that can compute
--     username = "<expiry, seconds since 1970>:<XMPP user>"      password = base64 (HMAC-SHA1 (secret, username))

local base64 = require "util.encodings".base64;
local hmac_sha1 = require "util.hashes".hmac_sha1;

module:depends "external_services";

local secret = assert(module:get_option_string("cusax_sip_secret"), "cusax_sip_secret is not set");
local ttl = module:get_option_number("cusax_sip_ttl", 3600);
local announced = module:get_option_array("cusax_sip_services", {
	{ type = "sips"; transport = "tls"; host = module.host; port = 5061 };
});

local function credentials_of(user)
	local expires = os.time() + ttl;
	local username = ("%d:%s"):format(expires, user);
	return username, base64.encode(hmac_sha1(secret, username)), expires;
end

-- Only for people of this host: a service or a stranger has no telephone here.
local function add_services(event, wanted_type)
	local origin = event.origin;
	if origin.type ~= "c2s" or origin.host ~= module.host then return; end
	local username, password, expires = credentials_of(origin.username);
	for _, service in ipairs(announced) do
		if not wanted_type or wanted_type == service.type then
			event.services:push({
				type = service.type; transport = service.transport; host = service.host; port = service.port;
				username = username; password = password; expires = expires; restricted = true;
			});
		end
	end
end

module:hook("external_service/services", function (event) add_services(event, event.requested_type); end);
module:hook("external_service/credentials", function (event) add_services(event); end);
