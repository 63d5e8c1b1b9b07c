// Copyright 2026 Recurve contributors
// SPDX-License-Identifier: ISC

#include "train/command/commands.h"

#include "dsp/model/file.h"
#include "dsp/model/model.h"
#include "dsp/model/text.h"
#include "train/command/options.h"
#include "train/file/output_file.h"
#include "train/model/model_file.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 64, MAX_FILE = 1 << 29 };

/// A preset bundle that is being written
typedef struct {
  const char* model_path;
  const char* name; // For people; NULL: the model's
  char        own_name[MAX_NAME];
  const char* lv2dir;           // Where bundles are
  char        slug[MAX_NAME];   // For files and URIs
  char        folder[PATH_MAX]; // The bundle
} Bundle;

/// Letters, digits and single hyphens
static void
make_slug(const char* const name, char* const slug)
{
  size_t n = 0;
  for (const char* c = name; *c && n + 1 < MAX_NAME; ++c) {
    if (isalnum((unsigned char)*c)) {
      slug[n++] = (char)tolower((unsigned char)*c);
    } else if (n && slug[n - 1] != '-') {
      slug[n++] = '-';
    }
  }
  while (n && slug[n - 1] == '-') {
    --n;
  }
  slug[n] = '\0';
}

/// A text as a Turtle string, without its quotes
static void
escape(const char* const text, char* const escaped, const size_t size)
{
  size_t n = 0;
  for (const char* c = text; *c && n + 3 < size; ++c) {
    if (*c == '"' || *c == '\\') {
      escaped[n++] = '\\';
    }
    escaped[n++] = (char)((unsigned char)*c < 0x20 ? ' ' : *c);
  }
  escaped[n] = '\0';
}

static RcvStatus
write_text(const Bundle* const bundle,
           const char* const   file,
           const char* const   text,
           RcvError* const     error)
{
  char path[PATH_MAX + 32];
  snprintf(path, sizeof(path), "%s/%s", bundle->folder, file);
  return rcv_output_file_write(path, text, strlen(text), error);
}

static RcvStatus
write_manifest(const Bundle* const bundle, RcvError* const error)
{
  char text[2048];
  snprintf(text,
           sizeof(text),
           "@prefix lv2:  <http://lv2plug.in/ns/lv2core#> .\n"
           "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
           "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
           "\n"
           "<urn:recurve:preset:%s:mono>\n"
           "  a pset:Preset ;\n"
           "  lv2:appliesTo <urn:recurve:mono> ;\n"
           "  rdfs:seeAlso <preset.ttl> .\n"
           "\n"
           "<urn:recurve:preset:%s:stereo>\n"
           "  a pset:Preset ;\n"
           "  lv2:appliesTo <urn:recurve:stereo> ;\n"
           "  rdfs:seeAlso <preset.ttl> .\n",
           bundle->slug,
           bundle->slug);
  return write_text(bundle, "manifest.ttl", text, error);
}

static RcvStatus
write_preset(const Bundle* const bundle, RcvError* const error)
{
  char label[2 * MAX_NAME];
  char text[4096];
  escape(bundle->name, label, sizeof(label));

  int n = snprintf(text,
                   sizeof(text),
                   "@prefix lv2:   <http://lv2plug.in/ns/lv2core#> .\n"
                   "@prefix pset:  <http://lv2plug.in/ns/ext/presets#> .\n"
                   "@prefix rdfs:  <http://www.w3.org/2000/01/rdf-schema#> .\n"
                   "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n");

  static const char* const kinds[] = {"mono", "stereo"};
  for (size_t i = 0; i < 2; ++i) {
    n += snprintf(text + n,
                  sizeof(text) - (size_t)n,
                  "\n"
                  "<urn:recurve:preset:%s:%s>\n"
                  "  a pset:Preset ;\n"
                  "  lv2:appliesTo <urn:recurve:%s> ;\n"
                  "  rdfs:label \"%s\" ;\n"
                  "  state:state [\n"
                  "    <urn:recurve:model> <model.safetensors>\n"
                  "  ] .\n",
                  bundle->slug,
                  kinds[i],
                  kinds[i],
                  label);
  }
  return write_text(bundle, "preset.ttl", text, error);
}

/// Different names may come to one folder, which is only replaced by the same
static RcvStatus
check_folder(const Bundle* const bundle, RcvError* const error)
{
  enum { MAX_PRESET = 1 << 20 };

  char path[PATH_MAX + 32];
  char escaped[2 * MAX_NAME];
  char label[(2 * MAX_NAME) + 32];
  escape(bundle->name, escaped, sizeof(escaped));
  snprintf(label, sizeof(label), "rdfs:label \"%s\"", escaped);
  snprintf(path, sizeof(path), "%s/preset.ttl", bundle->folder);

  size_t          size = 0;
  char* const     text = rcv_file_read(path, &size, MAX_PRESET, NULL);
  const RcvStatus status =
    !text || strstr(text, label)
      ? RCV_OK
      : rcv_error_set(error,
                      RCV_BAD_USAGE,
                      "%s: is a preset of another name; give this one a --name "
                      "that differs in letters or digits",
                      bundle->folder);

  free(text);
  return status;
}

/// Copy our own kind as it is; write others as our own
static RcvStatus
copy_model(const Bundle* const   bundle,
           const RcvModel* const model,
           RcvError* const       error)
{
  char path[PATH_MAX + 32];
  snprintf(path, sizeof(path), "%s/model.safetensors", bundle->folder);
  if (strcmp(model->info.format, "safetensors") != 0) {
    return rcv_model_file_write(model, path, error);
  }

  size_t      size  = 0;
  void* const bytes = rcv_file_read(bundle->model_path, &size, MAX_FILE, error);
  RcvStatus   status =
    bytes ? rcv_output_file_write(path, bytes, size, error) : error->status;

  free(bytes);
  return status;
}

/// The manifest comes last: until it is there, hosts do not see the bundle
static RcvStatus
write_bundle(const Bundle* const   bundle,
             const RcvModel* const model,
             RcvError* const       error)
{
  RcvStatus status = rcv_output_folder_make(bundle->lv2dir, error);
  if (!status) {
    status = rcv_output_folder_make(bundle->folder, error);
  }
  if (!status) {
    status = copy_model(bundle, model, error);
  }
  if (!status) {
    status = write_preset(bundle, error);
  }
  if (!status) {
    status = write_manifest(bundle, error);
  }
  return status;
}

/// Make the names of the bundle from what the user said
static RcvStatus
name_bundle(Bundle* const bundle, RcvError* const error)
{
  static char default_lv2dir[PATH_MAX];

  const char* const home = getenv("HOME");
  if (!bundle->lv2dir && (!home || !home[0])) {
    return rcv_error_set(
      error,
      RCV_BAD_USAGE,
      "HOME is not set; say where bundles are with --lv2dir");
  }
  if (!bundle->lv2dir) {
    snprintf(default_lv2dir, sizeof(default_lv2dir), "%s/.lv2", home);
    bundle->lv2dir = default_lv2dir;
  }

  make_slug(bundle->name, bundle->slug);
  if (!bundle->slug[0] || strlen(bundle->name) >= MAX_NAME) {
    return rcv_error_set(error,
                         RCV_BAD_USAGE,
                         "--name \"%s\": needs a letter or digit and less than "
                         "%d bytes",
                         bundle->name,
                         MAX_NAME);
  }

  const int n = snprintf(bundle->folder,
                         sizeof(bundle->folder),
                         "%s/recurve-%s.lv2",
                         bundle->lv2dir,
                         bundle->slug);
  return n > 0 && (size_t)n < sizeof(bundle->folder)
           ? RCV_OK
           : rcv_error_set(
               error, RCV_BAD_USAGE, "--lv2dir: the path is too long");
}

static RcvStatus
install(Bundle* const bundle, RcvError* const error)
{
  // Only what can be played is installed
  RcvModel* const model = rcv_model_load(bundle->model_path, error);
  if (!model) {
    return error->status;
  }

  RcvStatus status = RCV_OK;
  if (!bundle->name) {
    rcv_text_copy(bundle->own_name, MAX_NAME, model->info.name);
    bundle->name = bundle->own_name;
  }
  if (!bundle->name[0]) {
    status = rcv_error_set(error,
                           RCV_BAD_USAGE,
                           "%s: has no name; give it one with --name",
                           bundle->model_path);
  }
  if (!status) {
    status = name_bundle(bundle, error);
  }
  if (!status) {
    status = check_folder(bundle, error);
  }
  if (!status) {
    status = write_bundle(bundle, model, error);
  }

  rcv_model_free(model);
  return status;
}

int
rcv_cmd_install(const int argc, char** const argv)
{
  static Bundle bundle;
  memset(&bundle, 0, sizeof(bundle));

  // clang-format off
  const RcvOption options[] = {
    {"name", 'n', RCV_OPTION_STRING, &bundle.name, "NAME",
     "Name of the preset, as hosts list it; as in the model by default", 0.0,
     0.0, NULL},
    {"lv2dir", 'd', RCV_OPTION_STRING, &bundle.lv2dir, "DIR",
     "Folder of LV2 bundles; ~/.lv2 by default", 0.0, 0.0, NULL},
    {NULL, 0, RCV_OPTION_FLAG, NULL, NULL, NULL, 0.0, 0.0, NULL},
  };
  // clang-format on
  const RcvUsage usage = {
    "install",
    "MODEL",
    "Make a model an LV2 preset that every host lists",
    "Installing the same name again replaces it.  The URI of the preset is\n"
    "printed on standard output.",
    1,
    options};

  const RcvParsed parsed =
    rcv_options_parse(&usage, argc, argv, &bundle.model_path);
  if (parsed != RCV_PARSED) {
    return parsed == RCV_PARSED_HELP ? 0 : 2;
  }

  RcvError error = {RCV_OK, ""};
  if (install(&bundle, &error)) {
    fprintf(stderr, "recurve install: %s\n", error.message);
    return error.status == RCV_BAD_USAGE ? 2 : 1;
  }

  fprintf(stderr, "%s: \"%s\"\n", bundle.folder, bundle.name);
  printf("urn:recurve:preset:%s:stereo\nurn:recurve:preset:%s:mono\n",
         bundle.slug,
         bundle.slug);
  return 0;
}
