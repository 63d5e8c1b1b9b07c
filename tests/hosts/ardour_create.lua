-- Copyright 2026 Recurve contributors
-- SPDX-License-Identifier: ISC
--
-- ardour7-lua ardour_create.lua DIR NAME N_CHANNELS PLUGIN_URI PRESET_URI:
-- makes a session with one track "amp" that has the plugin with the preset

local dir, name, channels, uri, preset_uri = table.unpack(arg)
channels = tonumber(channels)

AudioEngine:set_backend("None (Dummy)", "recurve", ""):set_buffer_size(512)
assert(create_session(dir, name, 48000))
local track = Session:new_audio_track(channels, channels, nil, 1, "amp",
  ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, false):front()

local processor = ARDOUR.LuaAPI.new_plugin(Session, uri, ARDOUR.PluginType.LV2, "")
assert(not processor:isnil(), "no plugin " .. uri)
assert(track:add_processor_by_index(processor, 0, nil, true) == 0)

local plugin = processor:to_insert():plugin(0)
local preset = plugin:preset_by_uri(preset_uri)
assert(preset and preset.valid, "no preset " .. preset_uri)
assert(plugin:load_preset(preset))

ARDOUR.LuaAPI.usleep(300000)
assert(Session:save_state("", false, false, false, false, false) == 0)
close_session()
