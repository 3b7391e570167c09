// SPDX-License-Identifier: Apache-2.0
#include "cli/delivery.h"

#include "base/clock.h"
#include "cli/definition_store.h"
#include "cli/world.h"
#include "deliver/apply.h"
#include "deliver/merge.h"
#include "kube/kubeconfig.h"
#include "kube/object.h"

namespace puppis::cli {

using data::Value;

Error orInstall(const Error& error) {
  if (error.code() != ErrorCode::NotFound || !error.reasonText().empty()) return error;
  return Error(ErrorCode::NotFound, "the cluster does not know Applications")
      .expected("`puppis install` first");
}

Result<std::shared_ptr<const oam::Catalog>> clusterCatalog(kube::Client& client, const std::string& ns,
                                                           const std::shared_ptr<cue::Runtime>& runtime) {
  std::vector<std::shared_ptr<const oam::Catalog>> layers;
  std::vector<std::string> namespaces = {ns};
  if (ns != kSystemNamespace) namespaces.emplace_back(kSystemNamespace);
  for (const auto& from : namespaces) {
    auto objects = listDefinitions(client, std::nullopt, from);
    if (!objects) return fail(orInstall(objects.error()));
    auto layer = std::make_shared<oam::MemoryCatalog>();
    for (const auto& object : *objects) {
      // A definition that cannot be read is the fault of whoever uses it, not of every Application.
      if (auto definition = oam::parseDefinition(object, nullptr)) layer->add(std::move(*definition));
    }
    layers.push_back(std::move(layer));
  }
  auto definitions = std::make_shared<controller::ApiDefinitions>(client, std::string(kSystemNamespace));
  layers.push_back(controller::apiCatalog(std::move(definitions), ns, true));
  layers.push_back(std::make_shared<oam::BuiltInCatalog>(runtime));
  return std::make_shared<oam::LayeredCatalog>(std::move(layers));
}

Result<oam::ApplicationFiles> readApplication(Context& context, const std::vector<std::string>& files,
                                              const oam::Catalog& catalog, oam::Diagnostics& diagnostics) {
  std::vector<std::shared_ptr<const SourceFile>> sources;
  for (const auto& file : files) {
    TRY(auto source, readSource(context, file));
    sources.push_back(std::move(source));
  }
  auto isTrait = [&](std::string_view name) {
    return catalog.find(oam::DefinitionKind::Trait, name).has_value();
  };
  return oam::readApplicationFiles(sources, isTrait, diagnostics);
}

std::string_view changeWord(Change change) {
  switch (change) {
    case Change::Created:
      return "created";
    case Change::Configured:
      return "configured";
    case Change::Unchanged:
      return "unchanged";
  }
  return {};
}

Result<Change> applyObject(kube::Client& client, const kube::Gvr& type, const Value& object) {
  kube::ObjectName name = kube::nameOf(object);
  Value wanted = deliver::creatable(object);
  auto live = client.get(type, name);
  if (!live && live.error().code() != ErrorCode::NotFound) return fail(live.error());
  kube::PatchOptions options;
  options.fieldManager = deliver::kFieldManager;
  if (!live) {
    TRY_VOID(client.create(type, name.ns, wanted, options));
    return Change::Created;
  }
  TRY(auto update, deliver::updateTo(wanted, *live));
  if (!update.needed()) return Change::Unchanged;
  update.patch["metadata"].set("uid", kube::uid(*live));
  TRY(Value changed, client.patch(type, name, kube::PatchType::Merge, update.patch, options));
  bool same = kube::resourceVersion(changed) == kube::resourceVersion(*live);
  return same ? Change::Unchanged : Change::Configured;
}

std::string ageOf(const std::string& rfc3339, Nanos now) {
  auto then = kube::parseRfc3339(rfc3339);
  if (!then) return {};
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - *then).count();
  if (seconds < 0) seconds = 0;
  auto minutes = seconds / 60;
  auto hours = minutes / 60;
  auto days = hours / 24;
  if (seconds < 120) return std::to_string(seconds) + "s";
  if (minutes < 10)
    return std::to_string(minutes) + "m" + (seconds % 60 != 0 ? std::to_string(seconds % 60) + "s" : "");
  if (hours < 3) return std::to_string(minutes) + "m";
  if (days < 2) return std::to_string(hours) + "h";
  return std::to_string(days) + "d";
}

}  // namespace puppis::cli
