// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "apiserver/kinds/check.h"
#include "base/strings.h"
#include "data/quantity.h"

namespace puppis::apiserver::kinds {
namespace {

using Names = std::set<std::string>;

void checkId(const Value& object, const char* field, const std::string& path, Faults& faults) {
  const Value& id = object.get(field);
  if (id.isInt() && (id.asInt() < 0 || id.asInt() > INT32_MAX)) {
    faults.invalid(path + "." + field, id, "must be between 0 and 2147483647, inclusive");
  }
}

void checkPorts(const Value& ports, const std::string& path, Faults& faults) {
  Names names;
  std::size_t i = 0;
  for (const auto& port : ports.elements()) {
    std::string here = at(path, i++);
    if (const Value& name = port.get("name"); !name.asString().empty()) {
      std::size_t before = faults.list().size();
      checkPortName(name, here + ".name", faults);
      if (faults.list().size() == before && !names.insert(name.asString()).second)
        faults.duplicate(here + ".name", name);
    }
    if (port.get("containerPort").asInt() == 0)
      faults.required(here + ".containerPort", "");
    else
      checkPortNumber(port.get("containerPort"), here + ".containerPort", faults);
    if (port.get("hostPort").asInt() != 0) checkPortNumber(port.get("hostPort"), here + ".hostPort", faults);
    checkOneOf(port.get("protocol"), {"SCTP", "TCP", "UDP"}, here + ".protocol", faults);
  }
}

void checkHostPorts(const Value& containers, const std::string& path, Faults& faults) {
  Names taken;
  for (std::size_t c = 0; c < containers.size(); ++c) {
    std::size_t i = 0;
    for (const auto& port : containers.at(c).get("ports").elements()) {
      std::string here = at(at(path, c) + ".ports", i++) + ".hostPort";
      if (port.get("hostPort").asInt() == 0) continue;
      std::string key = port.get("protocol").asString() + "/" + port.get("hostIP").asString() + "/" +
                        std::to_string(port.get("hostPort").asInt());
      if (!taken.insert(key).second) faults.duplicate(here, Value(key));
    }
  }
}

void checkFieldRef(const Value& ref, const std::string& path, Faults& faults) {
  static const Names kPaths = {
      "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
      "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};
  const auto& field = ref.get("fieldPath").asString();
  if (field.empty()) {
    faults.required(path + ".fieldPath", "");
    return;
  }
  if (startsWith(field, "metadata.annotations[") || startsWith(field, "metadata.labels[")) return;
  if (kPaths.contains(field)) return;
  static const Names kKnown = {"metadata.annotations",    "metadata.labels",  "spec.restartPolicy",
                               "spec.schedulerName",      "spec.hostNetwork", "status.phase",
                               "status.nominatedNodeName"};
  if (kKnown.contains(field)) {
    faults.notSupported(path + ".fieldPath", field, {kPaths.begin(), kPaths.end()});
  } else {
    faults.invalid(path + ".fieldPath", Value(field),
                   "error converting fieldPath: field label not supported: " + field);
  }
}

void checkResourceRef(const Value& ref, const std::string& path, Faults& faults) {
  const auto& resource = ref.get("resource").asString();
  if (resource.empty()) {
    faults.required(path + ".resource", "");
    return;
  }
  std::vector<std::string> known = {"limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
                                    "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
  bool huge = startsWith(resource, "limits.hugepages-") || startsWith(resource, "requests.hugepages-");
  if (!huge) checkOneOf(Value(resource), known, path + ".resource", faults);
}

void checkKeyRef(const Value& ref, bool nameOptional, const std::string& path, Faults& faults) {
  if (!nameOptional || !ref.get("name").asString().empty())
    checkName(ref.get("name"), Rule::Subdomain, path + ".name", faults);
  const auto& key = ref.get("key").asString();
  if (key.empty())
    faults.required(path + ".key", "");
  else
    checkConfigKey(key, path + ".key", faults);
}

void checkEnv(const Value& env, const std::string& path, Faults& faults) {
  std::size_t i = 0;
  for (const auto& variable : env.elements()) {
    std::string here = at(path, i++);
    const auto& name = variable.get("name").asString();
    bool printable =
        std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '='; });
    if (name.empty())
      faults.required(here + ".name", "");
    else if (!printable) {
      faults.invalid(
          here + ".name", Value(name),
          "a valid environment variable name must consist only of printable ASCII characters other than '='");
    }
    const Value& from = variable.get("valueFrom");
    if (!from.isObject()) continue;
    here += ".valueFrom";
    std::size_t sources = 0;
    auto source = [&](const char* field) {
      bool there = from.get(field).isObject();
      sources += there ? 1 : 0;
      return there;
    };
    if (source("fieldRef")) checkFieldRef(from.get("fieldRef"), here + ".fieldRef", faults);
    if (source("resourceFieldRef"))
      checkResourceRef(from.get("resourceFieldRef"), here + ".resourceFieldRef", faults);
    if (source("configMapKeyRef"))
      checkKeyRef(from.get("configMapKeyRef"), false, here + ".configMapKeyRef", faults);
    if (source("secretKeyRef")) checkKeyRef(from.get("secretKeyRef"), false, here + ".secretKeyRef", faults);
    if (sources == 0) {
      faults.invalid(
          here, "",
          "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
    } else if (!variable.get("value").asString().empty()) {
      faults.invalid(here, "", "may not be specified when `value` is not empty");
    } else if (sources > 1) {
      faults.invalid(here, "", "may not have more than one field specified at a time");
    }
  }
}

void checkEnvFrom(const Value& list, const std::string& path, Faults& faults) {
  std::size_t i = 0;
  for (const auto& source : list.elements()) {
    std::string here = at(path, i++);
    int sources = 0;
    for (auto field : {"configMapRef", "secretRef"}) {
      if (!source.get(field).isObject()) continue;
      ++sources;
      const Value& name = source.get(field).get("name");
      if (name.asString().empty())
        faults.required(here + "." + field + ".name", "");
      else
        checkName(name, Rule::Subdomain, here + "." + field + ".name", faults);
    }
    if (sources == 0) faults.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
    if (sources > 1) faults.invalid(path, "", "may not have more than one field specified at a time");
  }
}

void checkMounts(const Value& container, const Names& volumes, const std::string& path, Faults& faults) {
  Names seen;
  std::size_t i = 0;
  for (const auto& mount : container.get("volumeMounts").elements()) {
    std::string here = at(path + ".volumeMounts", i++);
    const auto& name = mount.get("name").asString();
    const auto& target = mount.get("mountPath").asString();
    if (name.empty()) faults.required(here + ".name", "");
    if (!volumes.contains(name)) faults.notFound(here + ".name", Value(name));
    if (target.empty()) faults.required(here + ".mountPath", "");
    if (!seen.insert(target).second) faults.invalid(here + ".mountPath", Value(target), "must be unique");
    const auto& sub = mount.get("subPath").asString();
    if (startsWith(sub, "/"))
      faults.invalid(path + ".volumeMounts.subPath", Value(sub), "must be a relative path");
    for (const auto& part : split(sub, '/')) {
      if (part == "..") faults.invalid(path + ".volumeMounts.subPath", Value(sub), "must not contain '..'");
    }
  }
}

bool isStandardResource(std::string_view name) {
  return name == "cpu" || name == "memory" || name == "ephemeral-storage" || startsWith(name, "hugepages-");
}

void checkResourceList(const Value& list, const std::string& path, Faults& faults) {
  for (const auto& member : sortedMembers(list)) {
    const std::string& name = member.key.str();
    std::string here = path + "[" + name + "]";
    bool plain = name.find('/') == std::string::npos;
    if (plain && !isStandardResource(name)) {
      if (name != "storage" && name != "pods" && !startsWith(name, "requests.") &&
          !startsWith(name, "limits.")) {
        faults.invalid(here, Value(name), "must be a standard resource type or fully qualified");
      }
      faults.invalid(here, Value(name), "must be a standard resource for containers");
    }
    auto quantity = data::Quantity::parse(member.value.asString());
    if (!quantity) continue;
    if (quantity->sign() < 0) faults.invalid(here, member.value, std::string(kNotNegative));
    if (!plain && !quantity->isInteger()) faults.invalid(here, member.value, "must be an integer");
  }
}

void checkResources(const Value& resources, const std::string& path, Faults& faults) {
  const Value& limits = resources.get("limits");
  checkResourceList(limits, path + ".limits", faults);
  checkResourceList(resources.get("requests"), path + ".requests", faults);
  bool reported = false;
  for (const auto& member : sortedMembers(resources.get("requests"))) {
    const std::string& name = member.key.str();
    auto request = data::Quantity::parse(member.value.asString());
    const Value* written = limits.find(name);
    bool extended = name.find('/') != std::string::npos || startsWith(name, "hugepages-");
    if (written == nullptr) {
      if (extended && !reported) {
        faults.required(path + ".limits", "Limit must be set for non overcommitable resources");
        reported = true;
      }
      continue;
    }
    auto limit = data::Quantity::parse(written->asString());
    if (!request || !limit) continue;
    if (extended && !(*request == *limit)) {
      faults.invalid(path + ".requests", member.value,
                     "must be equal to " + name + " limit of " + written->asString());
    } else if (*limit < *request) {
      faults.invalid(path + ".requests", member.value,
                     "must be less than or equal to " + name + " limit of " + written->asString());
    }
  }
}

void checkHandler(const Value& handler, const std::string& path, Faults& faults) {
  int handlers = 0;
  auto take = [&](const char* field) {
    if (!handler.get(field).isObject()) return false;
    if (handlers++ > 0) {
      faults.forbidden(path + "." + field, "may not specify more than 1 handler type");
      return false;
    }
    return true;
  };
  if (take("exec") && handler.get("exec", "command").empty()) faults.required(path + ".exec.command", "");
  if (take("httpGet")) {
    const Value& http = handler.get("httpGet");
    checkPortNumberOrName(http.get("port"), path + ".httpGet.port", faults);
    checkOneOf(http.get("scheme"), {"HTTP", "HTTPS"}, path + ".httpGet.scheme", faults);
  }
  if (take("tcpSocket"))
    checkPortNumberOrName(handler.get("tcpSocket", "port"), path + ".tcpSocket.port", faults);
  if (take("grpc")) checkPortNumber(handler.get("grpc", "port"), path + ".grpc.port", faults);
  take("sleep");
  if (handlers == 0) faults.required(path, "must specify a handler type");
}

void checkProbe(const Value& container, const char* field, const std::string& where, Faults& faults) {
  const Value& probe = container.get(field);
  if (!probe.isObject()) return;
  std::string path = where + "." + field;
  checkHandler(probe, path, faults);
  for (auto number :
       {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"}) {
    checkNotNegative(probe, number, path, faults);
  }
  if (std::string_view(field) != "readinessProbe" && probe.get("successThreshold").asInt() != 1) {
    faults.invalid(path + ".successThreshold", probe.get("successThreshold"), "must be 1");
  }
}

/// The fields of a security context by their Go names, which is how Kubernetes shows them.
Value internalSecurityContext(const Value& context) {
  Value out = Value::object();
  for (auto field : {"capabilities", "privileged", "seLinuxOptions", "windowsOptions", "runAsUser",
                     "runAsGroup", "runAsNonRoot", "readOnlyRootFilesystem", "allowPrivilegeEscalation",
                     "procMount", "seccompProfile", "appArmorProfile"}) {
    std::string name = field;
    name[0] = static_cast<char>(name[0] - ('a' - 'A'));
    if (startsWith(name, "SeLinux")) name = "SELinuxOptions";
    out.append(name, context.get(field));
  }
  return out;
}

void checkSecurityContext(const Value& context, const std::string& path, Faults& faults) {
  checkId(context, "runAsUser", path, faults);
  checkId(context, "runAsGroup", path, faults);
  const Value& escalation = context.get("allowPrivilegeEscalation");
  if (!escalation.isBool() || escalation.asBool()) return;
  if (context.get("privileged").asBool()) {
    faults.invalid(path, internalSecurityContext(context),
                   "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  }
}

void checkContainer(const Value& container, const Names& volumes, const std::string& path, Faults& faults) {
  const Value& name = container.get("name");
  if (name.asString().empty())
    faults.required(path + ".name", "");
  else
    checkName(name, Rule::Label, path + ".name", faults);
  if (container.get("image").asString().empty()) faults.required(path + ".image", "");
  checkOneOf(container.get("terminationMessagePolicy"), {"File", "FallbackToLogsOnError"},
             path + ".terminationMessagePolicy", faults);
  checkPorts(container.get("ports"), path + ".ports", faults);
  checkEnv(container.get("env"), path + ".env", faults);
  checkEnvFrom(container.get("envFrom"), path + ".envFrom", faults);
  checkMounts(container, volumes, path, faults);
  checkOneOf(container.get("imagePullPolicy"), {"Always", "IfNotPresent", "Never"}, path + ".imagePullPolicy",
             faults);
  checkResources(container.get("resources"), path + ".resources", faults);
  checkSecurityContext(container.get("securityContext"), path + ".securityContext", faults);
}

void checkHooksAndProbes(const Value& container, const std::string& path, Faults& faults) {
  const Value& lifecycle = container.get("lifecycle");
  for (auto hook : {"postStart", "preStop"}) {
    if (lifecycle.get(hook).isObject())
      checkHandler(lifecycle.get(hook), path + ".lifecycle." + hook, faults);
  }
  for (auto probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    checkProbe(container, probe, path, faults);
}

void checkContainers(const Value& spec, const Names& volumes, const std::string& path, Faults& faults) {
  const Value& containers = spec.get("containers");
  std::string where = path + ".containers";
  if (containers.empty()) faults.required(where, "");
  Names names;
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& container = containers.at(i);
    checkContainer(container, volumes, at(where, i), faults);
    if (!names.insert(container.get("name").asString()).second)
      faults.duplicate(at(where, i) + ".name", container.get("name"));
    checkHooksAndProbes(container, at(where, i), faults);
  }
  checkHostPorts(containers, where, faults);
  where = path + ".initContainers";
  const Value& init = spec.get("initContainers");
  for (std::size_t i = 0; i < init.size(); ++i) {
    const Value& container = init.at(i);
    std::string here = at(where, i);
    checkContainer(container, volumes, here, faults);
    if (!names.insert(container.get("name").asString()).second)
      faults.duplicate(here + ".name", container.get("name"));
    if (container.get("restartPolicy").asString() == "Always") {
      checkHooksAndProbes(container, here, faults);
      continue;
    }
    for (auto field : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
      if (container.get(field).isObject()) {
        faults.forbidden(here + "." + field,
                         "may not be set for init containers without restartPolicy=Always");
      }
    }
  }
}

void checkPodSecurity(const Value& context, const std::string& path, Faults& faults) {
  for (auto field : {"fsGroup", "runAsUser", "runAsGroup"}) checkId(context, field, path, faults);
  std::size_t i = 0;
  for (const auto& sysctl : context.get("sysctls").elements()) {
    std::string here = at(path + ".sysctls", i++) + ".name";
    const auto& name = sysctl.get("name").asString();
    if (name.empty())
      faults.required(here, "");
    else if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_./") != std::string::npos) {
      faults.invalid(here, Value(name),
                     "must have at most 253 characters and match regex "
                     "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
    }
  }
}

/// The part of a pod spec that an update may touch, taken off.
Value fixedPart(const Value& spec) {
  Value out = spec;
  for (auto field : {"containers", "initContainers"}) {
    for (std::size_t i = 0; i < out.get(field).size(); ++i) out[field].mutableAt(i).erase("image");
  }
  for (auto field : {"activeDeadlineSeconds", "tolerations", "schedulingGates", "ephemeralContainers"})
    out.erase(field);
  return out;
}

void validatePodUpdate(const Value& pod, const Value& old, std::string_view subresource, Faults& faults) {
  if (!subresource.empty()) return;
  for (const auto* field : {"containers", "initContainers"}) {
    if (pod.get("spec", field).size() == old.get("spec", field).size()) continue;
    faults.forbidden(std::string("spec.") + field, "pod updates may not add or remove containers");
    return;
  }
  Value now = fixedPart(pod.get("spec"));
  Value before = fixedPart(old.get("spec"));
  if (before.get("terminationGracePeriodSeconds").asInt() < 0 &&
      now.get("terminationGracePeriodSeconds").asInt() == 1) {
    before.erase("terminationGracePeriodSeconds");
    now.erase("terminationGracePeriodSeconds");
  }
  if (sameMeaning(now, before)) return;
  faults.forbidden("spec",
                   "pod updates may not change fields other than "
                   "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                   "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
                   "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
                   "previously negative)\n");
}

}  // namespace

void checkPodSpec(const Value& spec, const std::string& path, Faults& faults) {
  checkVolumes(spec.get("volumes"), path + ".volumes", faults);
  Names volumes;
  for (const auto& volume : spec.get("volumes").elements()) volumes.insert(volume.get("name").asString());
  volumes.erase("");
  checkContainers(spec, volumes, path, faults);
  checkOneOf(spec.get("restartPolicy"), {"Always", "OnFailure", "Never"}, path + ".restartPolicy", faults);
  checkOneOf(spec.get("dnsPolicy"), {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
             path + ".dnsPolicy", faults);
  checkLabels(spec.get("nodeSelector"), path + ".nodeSelector", faults);
  checkPodSecurity(spec.get("securityContext"), path + ".securityContext", faults);
  checkSchedulingFields(spec, path, faults);
}

void checkPodTemplate(const Value& tmpl, const std::string& path, Faults& faults) {
  checkLabels(tmpl.get("metadata", "labels"), path + ".labels", faults);
  checkAnnotations(tmpl.get("metadata", "annotations"), path + ".annotations", faults);
  checkPodSpec(tmpl.get("spec"), path + ".spec", faults);
}

void addPodValidation(KindInfo& kind) {
  if (kind.resource == "pods") {
    kind.validate = [](const Value& o, Faults& faults) { checkPodSpec(o.get("spec"), "spec", faults); };
    kind.validateUpdate = validatePodUpdate;
  }
  if (kind.resource == "podtemplates") {
    kind.validate = [](const Value& o, Faults& faults) {
      checkPodTemplate(o.get("template"), "template", faults);
    };
  }
}

}  // namespace puppis::apiserver::kinds
