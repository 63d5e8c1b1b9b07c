// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "plugin/latest.h"
#include "plugin/load.h"
#include "plugin/messages.h"
#include "plugin/recurve_plugin.h"

#include <lv2/core/lv2.h>
#include <lv2/log/logger.h>
#include <lv2/worker/worker.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/// Log what the audio thread found wrong with messages
static void
log_complaints(RcvPlugin* const plugin)
{
  const unsigned complaints =
    atomic_exchange_explicit(&plugin->complaints, 0U, memory_order_relaxed);

  if (complaints & RCV_COMPLAINT_TYPE) {
    lv2_log_error(&plugin->logger,
                  "A message set the model to something that is no path; the "
                  "host must send an atom:Path\n");
  }
  if (complaints & RCV_COMPLAINT_TOO_LONG) {
    lv2_log_error(&plugin->logger,
                  "A model's path has more than %d bytes; move the file to "
                  "where its path is shorter\n",
                  RCV_MAX_PATH);
  }
  if (complaints & RCV_COMPLAINT_EMPTY) {
    lv2_log_warning(&plugin->logger, "A model's path is empty: ignored\n");
  }
}

LV2_Worker_Status
rcv_plugin_work(LV2_Handle                  instance,
                LV2_Worker_Respond_Function respond,
                LV2_Worker_Respond_Handle   handle,
                const uint32_t              size,
                const void* const           data)
{
  // The message says no more than that there is something to do
  (void)size;
  (void)data;
  RcvPlugin* const plugin = (RcvPlugin*)instance;

  log_complaints(plugin);
  rcv_plugin_free_waste(plugin);

  const bool loads = rcv_latest_take(&plugin->requests_latest);
  if (loads) {
    const RcvRequest* const request =
      &plugin->requests[plugin->requests_latest.front];
    rcv_plugin_load(plugin, request->path, request->number, NULL);
  }
  if (rcv_plugin_follow_ports(plugin) || loads) {
    // If there is no room for it, the next run() finds the news by itself
    (void)respond(handle, 0, NULL);
  }
  return LV2_WORKER_SUCCESS;
}
