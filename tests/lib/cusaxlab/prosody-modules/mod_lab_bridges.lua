-- SPDX-License-Identifier: GPL-2.0-or-later
-- Rooms that announce a SIP bridge in their disco#info form. What they announce lies in a file that tests may change:
-- one line per room, "name field uri".

local path = module:get_option_string("lab_bridges");

module:hook("muc-disco#info", function (event)
	local file = path and io.open(path);
	if not file then return; end
	local name = event.room.jid:match("^([^@]*)@");
	for line in file:lines() do
		local room, field, uri = line:match("^(%S+) (%S+) (.*)$");
		if room == name then
			table.insert(event.form, { name = field; type = "text-single"; label = "Sound" });
			event.formdata[field] = uri;
		end
	end
	file:close();
end);
