// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "apiserver/kind.h"
#include "apiserver/kinds/columns.h"
#include "apiserver/kinds/convert.h"
#include "apiserver/kinds/defaults.h"
#include "apiserver/kinds/normalize.h"
#include "apiserver/kinds/openapi.h"
#include "apiserver/kinds/prepare.h"
#include "apiserver/kinds/type_table.h"
#include "apiserver/kinds/validate.h"
#include "base/strings.h"

namespace puppis::apiserver {
namespace kinds {
namespace {

using data::Value;
using Names = std::set<std::string, std::less<>>;

/// Resources that count their generations.
const Names& generational() {
  static const Names kNames = {"pods",
                               "podtemplates",
                               "replicationcontrollers",
                               "deployments.apps",
                               "replicasets.apps",
                               "statefulsets.apps",
                               "daemonsets.apps",
                               "jobs.batch",
                               "cronjobs.batch",
                               "ingresses.networking.k8s.io",
                               "ingressclasses.networking.k8s.io",
                               "networkpolicies.networking.k8s.io",
                               "poddisruptionbudgets.policy",
                               "priorityclasses.scheduling.k8s.io",
                               "endpointslices.discovery.k8s.io",
                               "customresourcedefinitions.apiextensions.k8s.io",
                               "validatingwebhookconfigurations.admissionregistration.k8s.io",
                               "mutatingwebhookconfigurations.admissionregistration.k8s.io",
                               "validatingadmissionpolicies.admissionregistration.k8s.io",
                               "validatingadmissionpolicybindings.admissionregistration.k8s.io",
                               "flowschemas.flowcontrol.apiserver.k8s.io",
                               "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
                               "deviceclasses.resource.k8s.io",
                               "resourceslices.resource.k8s.io"};
  return kNames;
}

/// Resources that a PUT may create.
const Names& createdByUpdate() {
  static const Names kNames = {"leases.coordination.k8s.io",
                               "endpoints",
                               "events",
                               "limitranges",
                               "services",
                               "runtimeclasses.node.k8s.io",
                               "events.events.k8s.io",
                               "clusterroles.rbac.authorization.k8s.io",
                               "clusterrolebindings.rbac.authorization.k8s.io",
                               "roles.rbac.authorization.k8s.io",
                               "rolebindings.rbac.authorization.k8s.io"};
  return kNames;
}

/// Resources whose PUT must name a resourceVersion.
const Names& conditionalOnly() {
  static const Names kNames = {"validatingwebhookconfigurations.admissionregistration.k8s.io",
                               "mutatingwebhookconfigurations.admissionregistration.k8s.io",
                               "validatingadmissionpolicies.admissionregistration.k8s.io",
                               "validatingadmissionpolicybindings.admissionregistration.k8s.io",
                               "leases.coordination.k8s.io",
                               "runtimeclasses.node.k8s.io",
                               "poddisruptionbudgets.policy",
                               "csidrivers.storage.k8s.io",
                               "csinodes.storage.k8s.io",
                               "csistoragecapacities.storage.k8s.io",
                               "volumeattachments.storage.k8s.io",
                               "customresourcedefinitions.apiextensions.k8s.io",
                               "apiservices.apiregistration.k8s.io"};
  return kNames;
}

std::string text(const Value& value) {
  if (value.isString()) return value.asString();
  if (value.isNumeric()) return value.numberText();
  if (value.isBool()) return value.asBool() ? "true" : "false";
  return "";
}

/// Dotted paths without dots in their keys.
std::function<std::string(const Value&)> fieldReader(const char* path) {
  return [steps = split(path, '.')](const Value& object) {
    const Value* at = &object;
    for (const auto& step : steps) at = &at->get(step);
    return text(*at);
  };
}

void addSelectableFields(KindInfo& kind) {
  static const std::map<std::string, std::vector<const char*>, std::less<>> kFields = {
      {"nodes", {"spec.unschedulable"}},
      {"secrets", {"type"}},
      {"namespaces", {"status.phase"}},
      {"pods",
       {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
        "status.phase", "status.podIP", "status.nominatedNodeName"}},
      {"services", {"spec.clusterIP", "spec.type"}},
      {"certificatesigningrequests.certificates.k8s.io", {"spec.signerName"}},
  };
  auto it = kFields.find(kind.groupResource());
  if (it != kFields.end()) {
    for (const char* path : it->second) kind.selectableFields[path] = fieldReader(path);
  }
  const std::string id = kind.groupResource();
  auto number = [](const char* path) {
    return [read = fieldReader(path)](const Value& object) {
      std::string value = read(object);
      return value.empty() ? "0" : value;
    };
  };
  auto flag = [](const char* path) {
    return [read = fieldReader(path)](const Value& object) {
      std::string value = read(object);
      return value.empty() ? "false" : value;
    };
  };
  if (id == "nodes") kind.selectableFields["spec.unschedulable"] = flag("spec.unschedulable");
  if (id == "pods") kind.selectableFields["spec.hostNetwork"] = flag("spec.hostNetwork");
  if (id == "replicationcontrollers") {
    kind.selectableFields["status.replicas"] = number("status.replicas");
  }
  if (id == "jobs.batch") kind.selectableFields["status.successful"] = number("status.succeeded");
  if (kind.resource != "events") return;
  for (auto field : {"kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"}) {
    std::string core = std::string("involvedObject.") + field;
    std::string events = std::string("regarding.") + field;
    kind.selectableFields[kind.group.empty() ? core : events] =
        fieldReader((kind.group.empty() ? core : events).c_str());
  }
  for (auto field : {"reason", "type"}) kind.selectableFields[field] = fieldReader(field);
  kind.selectableFields[kind.group.empty() ? "reportingComponent" : "reportingController"] =
      fieldReader(kind.group.empty() ? "reportingComponent" : "reportingController");
  if (kind.group.empty()) {
    kind.selectableFields["source"] = [](const Value& object) {
      const auto& component = object.get("source", "component").asString();
      return component.empty() ? object.get("reportingComponent").asString() : component;
    };
  }
}

void addNameRule(KindInfo& kind) {
  using Rule = KindInfo::NameRule;
  if (kind.group == "rbac.authorization.k8s.io" || kind.group == "policy") kind.nameRule = Rule::PathSegment;
  if (kind.group.empty() && kind.resource == "namespaces") kind.nameRule = Rule::Label;
  if (kind.group == "apps" && kind.resource == "statefulsets") kind.nameRule = Rule::Label;
  if (kind.group.empty() && kind.resource == "services") kind.nameRule = Rule::Label1035;
}

void addSubresource(KindInfo& kind, const ResourceInfo& row) {
  std::string name = row.resource.substr(row.resource.find('/') + 1);
  if (name == "status") {
    kind.status = true;
    return;
  }
  if (name == "scale") {
    ScaleInfo scale;
    scale.specReplicas = ".spec.replicas";
    scale.statusReplicas = ".status.replicas";
    scale.labelSelector = ".spec.selector";
    kind.scale = std::make_shared<const ScaleInfo>(scale);
    return;
  }
  std::string group = row.objectVersion.empty() ? row.group : row.objectGroup;
  std::string version = row.objectVersion.empty() ? row.version : row.objectVersion;
  kind.subresources.emplace_back(name, (group.empty() ? "" : group + "/") + version + "/" + row.kind);
}

/// Two APIs, one set of objects.
void addStorage(KindInfo& kind) {
  if (kind.group == "autoscaling") {
    kind.storageVersion = "v2";
    kind.preferred = kind.version == "v2";
    if (kind.version == "v1") {
      kind.fromStorage = autoscalerToV1;
      kind.toStorage = autoscalerToV2;
    }
  }
  if (kind.group == "events.k8s.io") {
    kind.storageGroup = " ";
    kind.storageVersion = "v1";
    kind.fromStorage = eventFromCore;
    kind.toStorage = eventToCore;
  }
}

KindInfo makeKind(const ResourceInfo& row, SchemaSet& schemas) {
  KindInfo kind;
  kind.group = row.group;
  kind.version = row.version;
  kind.kind = row.kind;
  kind.resource = row.resource;
  kind.singular = row.singular;
  kind.namespaced = row.namespaced;
  kind.shortNames = row.shortNames;
  kind.categories = row.categories;
  kind.verbs = row.verbs.size() == 8 ? std::vector<std::string>{} : row.verbs;
  kind.storageVersionHash = row.hash;
  kind.schema = schemas.find(row.type->name);
  const std::string id = kind.groupResource();
  kind.generation = generational().contains(id);
  kind.createOnUpdate = createdByUpdate().contains(id);
  kind.allowUnconditionalUpdate = !conditionalOnly().contains(id);
  kind.statusOnCreate = id == "nodes";
  kind.graceSeconds = id == "pods" ? 30 : 0;
  const TypeInfo* type = row.type;
  kind.decode = [type](const Value& object) { return normalize(object, *type); };
  kind.setDefaults = [type](Value& object) { applyDefaults(object, *type); };
  addPreparation(kind);
  // What was taken off the object (its status) leaves the zero value behind that Kubernetes writes.
  kind.prepareCreate = [type, prepare = std::move(kind.prepareCreate)](Value& object) {
    if (prepare) prepare(object);
    if (auto whole = normalize(object, *type)) object = std::move(*whole);
    applyDefaults(object, *type);  // as on each read from storage
  };
  addValidation(kind);
  addSelectableFields(kind);
  addNameRule(kind);
  addStorage(kind);
  kind.columns = columnsOf(kind.group, kind.version, kind.resource);
  return kind;
}

}  // namespace
}  // namespace kinds

Result<data::Value> decodeScale(const data::Value& scale) {
  return kinds::normalize(scale, *kinds::TypeTable::builtin().find("io.k8s.api.autoscaling.v1.Scale"));
}

std::vector<KindInfo> builtinKinds(SchemaSet& schemas) {
  using kinds::TypeTable;
  std::vector<KindInfo> out;
  if (!schemas.addDefinitions(kinds::openApiV2Definitions())) return out;
  for (const auto& row : TypeTable::builtin().resources()) {
    if (row.resource.find('/') != std::string::npos || row.resource == "componentstatuses") continue;
    out.push_back(kinds::makeKind(row, schemas));
  }
  for (const auto& row : TypeTable::builtin().resources()) {
    std::size_t slash = row.resource.find('/');
    if (slash == std::string::npos) continue;
    std::string parent = row.resource.substr(0, slash);
    for (auto& kind : out) {
      if (kind.group == row.group && kind.version == row.version && kind.resource == parent)
        kinds::addSubresource(kind, row);
    }
  }
  return out;
}

}  // namespace puppis::apiserver
