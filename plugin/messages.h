// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#ifndef PLUGIN_MESSAGES_H
#define PLUGIN_MESSAGES_H

#include "dsp/realtime.h"
#include "plugin/uris.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file

   Messages about the parameter `urn:recurve:model`, of the patch vocabulary.
*/

enum { RCV_MAX_PATH = 4096 }; ///< Bytes of the longest path, without its zero

typedef enum {
  RCV_MESSAGE_OTHER,     ///< Not for us
  RCV_MESSAGE_GET,       ///< Asks for the model's path
  RCV_MESSAGE_SET,       ///< Sets it
  RCV_MESSAGE_SET_OTHER, ///< Sets it to something that is no path
} RcvMessageKind;

typedef struct {
  RcvMessageKind kind;
  const char*    path;   ///< RCV_MESSAGE_SET: borrowed from the atom
  uint32_t       length; ///< Its bytes without a zero, at most RCV_MAX_PATH + 1
} RcvMessage;

/// Understand a message
RCV_REALTIME RcvMessage
rcv_message_read(const RcvUris* uris, const LV2_Atom* atom);

/// Bytes that rcv_message_write() needs for a path of this length, at most
RCV_REALTIME uint32_t
rcv_message_size(uint32_t length);

/// Write an event that sets the path
RCV_REALTIME void
rcv_message_write(LV2_Atom_Forge* forge,
                  const RcvUris*  uris,
                  const char*     path,
                  uint32_t        length);

#endif // PLUGIN_MESSAGES_H
