// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/model/dense_metadata.h"
#include "dsp/model/model.h"
#include "dsp/model/names.h"
#include "train/command/bench.h"
#include "train/command/options.h"
#include "train/model/bf16_weights.h"
#include "train/model/model_file.h"

#include <math.h>
#include <stdio.h>

/// A line of the listing, if there is something to say
static void
print_text(const char* const name, const char* const text)
{
  if (text[0]) {
    printf("%-16s %s\n", name, text);
  }
}

static void
print_number(const char* const name, const char* const unit, const double value)
{
  if (isfinite(value)) {
    printf("%-16s %.6g%s\n", name, value, unit);
  }
}

/// The dense layers of a place, one after the other, if there are any
static void
print_dense(const RcvShape* const shape, const RcvDensePlace place)
{
  char name[32] = "dense before";
  if (place !=
      RCV_DENSE_IN) { // Or after which recurrent layer, if not the last
    const uint32_t layer =
      place == RCV_DENSE_OUT ? 0 : place - RCV_DENSE_L1 + 1U;

    snprintf(
      name, sizeof(name), layer ? "dense after %u" : "dense after", layer);
  }

  const uint32_t n = rcv_shape_n_dense(shape, place);
  for (uint32_t i = 0; i < n; ++i) {
    const RcvDenseShape* const dense = &shape->dense[place][i];

    printf("%-*s%s%u %s",
           i ? 0 : 16,
           i ? "" : name,
           i ? ", " : " ",
           dense->size,
           rcv_activation_name(dense->activation));
  }
  if (n) {
    printf("\n");
  }
}

/// What the recurrent layers are, in one line
static void
print_network(const RcvShape* const shape)
{
  printf("%-16s %s", "network", shape->bidirectional ? "bidirectional " : "");
  if (rcv_shape_is_mixed(shape)) {
    for (uint32_t l = 0; l < shape->num_layers; ++l) {
      const RcvLayerShape layer = rcv_shape_layer_at(shape, l);

      printf(
        "%s%s %u", l ? ", " : "", rcv_cell_name(layer.cell), layer.hidden_size);
    }
  } else {
    printf(
      "%s, hidden size %u", rcv_cell_name(shape->cell), shape->hidden_size);
  }
  printf(", %u layer%s%s\n",
         shape->num_layers,
         shape->num_layers > 1 ? "s" : "",
         shape->skip ? ", skip" : "");
}

static RcvStatus
print_model(const RcvModel* const model,
            const double          ns_per_sample,
            RcvError* const       error)
{
  const RcvShape* const     shape     = &model->shape;
  const RcvModelInfo* const info      = &model->info;
  double                    max_error = (double)NAN;
  const RcvStatus status = rcv_model_self_test(model, &max_error, error);
  if (status) {
    return status;
  }

  print_text("name", info->name);
  print_text("device", info->device);
  print_text("author", info->author);
  print_text("licence", info->licence);
  print_text("format", info->format);
  print_network(shape);
  for (uint32_t l = 0; l < shape->num_layers; ++l) {
    print_dense(shape, rcv_dense_before(l));
  }
  print_dense(shape, RCV_DENSE_OUT);
  if (shape->skip_gain_db < 0.0f || shape->skip_gain_db > 0.0f) {
    print_number("skip gain", " dB", (double)shape->skip_gain_db);
  }
  printf("%-16s %s", "head", rcv_head_name(shape->head));
  if (shape->head == RCV_HEAD_SOFTMAX) {
    printf(" over %u µ-law levels", shape->output_size);
  }
  printf("\n%-16s %zu%s\n",
         "parameters",
         rcv_shape_n_params(shape),
         rcv_bf16_weights_are_exact(shape, model->params)
           ? ", recurrent ones exact in bfloat16"
           : "");
  for (uint32_t k = 0; k + 1 < shape->input_size; ++k) {
    printf("knob %-11u %s, %g to %g\n",
           k + 1,
           info->knobs[k].name,
           info->knobs[k].min,
           info->knobs[k].max);
  }

  print_number("sample rate", " Hz", info->rate_hz);
  printf("%-16s %u frames\n", "latency", rcv_shape_latency(shape));
  print_number("loudness", " dB RMS", info->loudness_db);
  print_number("input level", " dBu", info->input_level_dbu);
  print_number("validation ESR", "", info->validation_esr);
  print_number("test ESR", "", info->test_esr);
  print_text("measured", info->measured);
  print_number("rest level", " RMS", info->rest_level);
  print_text("recipe", info->recipe);
  print_number("self-test error", "", max_error);
  printf("%-16s %s\n", "kernels here", rcv_model_kernels(&model->shape)->name);
  print_number("time here", " ns per sample", ns_per_sample);
  return RCV_OK;
}

static RcvStatus
show(const RcvModel* const model, const bool json, RcvError* const error)
{
  double          ns_per_sample = (double)NAN;
  const RcvStatus status        = rcv_bench_briefly(&model->shape,
                                             model->params,
                                             rcv_model_kernels(&model->shape),
                                             &ns_per_sample,
                                             error);
  if (status) {
    return status;
  }
  if (!json) {
    return print_model(model, ns_per_sample, error);
  }

  json_t* const object = rcv_model_file_describe(model);
  json_object_set_new(object, "ns_per_sample", rcv_json_number(ns_per_sample));
  return rcv_json_print(object, error);
}

int
rcv_cmd_info(const int argc, char** const argv)
{
  bool            json      = false;
  const RcvOption options[] = {
    {"json",
     'j',
     RCV_OPTION_FLAG,
     &json,
     NULL,
     "Print one JSON object on standard output",
     0.0,
     0.0,
     NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  const RcvUsage usage = {
    "info", "MODEL", "Show what is in a model file", NULL, 1, options};

  const char*     path   = NULL;
  const RcvParsed parsed = rcv_options_parse(&usage, argc, argv, &path);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError        error = {RCV_OK, ""};
  RcvModel* const model = rcv_model_load(path, &error);
  if (model) {
    show(model, json, &error);
  }

  rcv_model_free(model);
  if (error.status) {
    fprintf(stderr, "recurve info: %s\n", error.message);
  }
  return error.status ? 1 : 0;
}
