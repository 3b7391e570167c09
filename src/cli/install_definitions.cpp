// SPDX-License-Identifier: Apache-2.0
#include "cli/install_definitions.h"

#include "cli/def_files.h"
#include "cli/definition_store.h"
#include "cli/delivery.h"
#include "controller/views.h"
#include "kube/object.h"
#include "oam/runtime.h"

namespace puppis::cli {

using data::Value;

namespace {
const kube::Gvr kConfigMaps{"", "v1", "configmaps"};
}

Result<DefinitionsInstalled> installDefinitions(kube::Client& client, bool overrideOthers) {
  const kube::Gvr namespaces{"", "v1", "namespaces"};
  Value ns = Value::object({{"apiVersion", "v1"}, {"kind", "Namespace"}});
  ns["metadata"].set("name", kSystemNamespace);
  TRY_VOID(applyObject(client, namespaces, ns));
  auto runtime = oam::makeRuntime();
  TRY(auto files, builtInDefinitionFiles(*runtime));
  DefinitionsInstalled out;
  for (const auto& file : files) {
    Value object = file.definition->object;
    object["metadata"].set("namespace", kSystemNamespace);
    kube::setLabel(object, kManagedBy, "puppis");
    kube::Gvr type = definitionResource(file.definition->kind);
    ++out.all;
    if (!overrideOthers) {
      auto live = client.get(type, kube::nameOf(object));
      if (live && kube::label(*live, kManagedBy) != "puppis") {
        ++out.left;
        continue;
      }
    }
    TRY(Change change, applyObject(client, type, object));
    if (change != Change::Unchanged) ++out.changed;
  }
  for (Value view : controller::queryViews(std::string(kSystemNamespace))) {
    kube::setLabel(view, kManagedBy, "puppis");
    auto live = client.get(kConfigMaps, kube::nameOf(view));
    // KubeVela's own views answer the same questions.
    if (live && !overrideOthers && kube::label(*live, kManagedBy) != "puppis") continue;
    TRY_VOID(applyObject(client, kConfigMaps, view));
  }
  return out;
}

}  // namespace puppis::cli
