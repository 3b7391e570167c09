// SPDX-License-Identifier: Apache-2.0
// room: data
#include "data/yaml.h"

#include <cstdlib>
#include <string>

/// Any bytes give documents or an error with a place, under both schemas; what is read can be written and
/// read again.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using namespace puppis;
  auto source = SourceFile::make("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  for (data::YamlSchema schema : {data::YamlSchema::Kubernetes, data::YamlSchema::Cue}) {
    auto documents = data::parseYaml(source, schema);
    if (!documents) {
      if (documents.error().where().empty()) std::abort();
      continue;
    }
    for (const data::Value& value : *documents) {
      auto again = data::parseYaml(SourceFile::make("again.yaml", data::toYaml(value)), schema);
      if (!again || again->size() != 1 || !(again->front() == value)) std::abort();
    }
  }
  return 0;
}
