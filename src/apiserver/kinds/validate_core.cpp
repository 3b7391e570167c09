// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "apiserver/kinds/check.h"
#include "base/strings.h"
#include "data/json.h"
#include "data/quantity.h"

namespace puppis::apiserver::kinds {
namespace {

const std::vector<std::string>& accessModes() {
  static const std::vector<std::string> kModes = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                                  "ReadWriteOncePod"};
  return kModes;
}

void checkPositive(const Value& quantity, const std::string& path, Faults& faults) {
  auto parsed = data::Quantity::parse(quantity.asString());
  if (parsed && parsed->sign() <= 0) faults.invalid(path, quantity, "must be greater than zero");
}

void checkImmutableData(const Value& o, const Value& old, bool secret, Faults& faults) {
  if (!old.get("immutable").asBool()) return;
  if (!o.get("immutable").asBool())
    faults.forbidden("immutable", "field is immutable when `immutable` is set");
  if (!sameMeaning(o.get("data"), old.get("data")))
    faults.forbidden("data", "field is immutable when `immutable` is set");
  if (!secret && !sameMeaning(o.get("binaryData"), old.get("binaryData"))) {
    faults.forbidden("binaryData", "field is immutable when `immutable` is set");
  }
}

constexpr std::size_t kMostBytes = 1024 * 1024;

void validateConfigMap(const Value& o, Faults& faults) {
  std::size_t total = 0;
  for (const auto& member : sortedMembers(o.get("data"))) {
    const std::string& key = member.key.str();
    checkConfigKey(key, "data[" + key + "]", faults);
    if (o.get("binaryData").has(key))
      faults.invalid("data[" + key + "]", Value(key), "duplicate of key present in binaryData");
    total += member.value.asString().size();
  }
  for (const auto& member : sortedMembers(o.get("binaryData"))) {
    checkConfigKey(member.key.str(), "binaryData[" + member.key.str() + "]", faults);
    total += member.value.asString().size() / 4 * 3;
  }
  if (total > kMostBytes) faults.tooLong("", kMostBytes);
}

void validateSecret(const Value& o, Faults& faults) {
  const Value& data = o.get("data");
  std::size_t total = 0;
  for (const auto& member : sortedMembers(data)) {
    checkConfigKey(member.key.str(), "data[" + member.key.str() + "]", faults);
    total += member.value.asString().size() / 4 * 3;
  }
  if (total > kMostBytes) faults.tooLong("data", kMostBytes);
  const auto& type = o.get("type").asString();
  auto need = [&](const char* key) {
    if (!data.has(key)) faults.required("data[" + std::string(key) + "]", "");
  };
  auto json = [&](const char* key) {
    need(key);
    const Value* encoded = data.find(key);
    if (encoded == nullptr) return;
    std::string text = base64Decode(encoded->asString()).value_or("");
    if (data::parseJson(text)) return;
    std::size_t first = text.find_first_not_of(" \t\r\n");
    std::string why = first == std::string::npos ? "unexpected end of JSON input"
                                                 : "invalid character '" + text.substr(first, 1) +
                                                       "' looking for beginning of value";
    faults.invalid("data[" + std::string(key) + "]", "<secret contents redacted>", why);
  };
  if (type == "kubernetes.io/service-account-token") {
    if (o.get("metadata", "annotations", "kubernetes.io/service-account.name").asString().empty()) {
      faults.required("metadata.annotations[kubernetes.io/service-account.name]", "");
    }
  } else if (type == "kubernetes.io/dockerconfigjson") {
    json(".dockerconfigjson");
  } else if (type == "kubernetes.io/dockercfg") {
    json(".dockercfg");
  } else if (type == "kubernetes.io/basic-auth") {
    if (!data.has("username") && !data.has("password")) {
      need("username");
      need("password");
    }
  } else if (type == "kubernetes.io/ssh-auth") {
    if (data.get("ssh-privatekey").asString().empty()) faults.required("data[ssh-privatekey]", "");
  } else if (type == "kubernetes.io/tls") {
    need("tls.crt");
    need("tls.key");
  }
}

void updateSecret(const Value& o, const Value& old, std::string_view, Faults& faults) {
  if (o.get("type") != old.get("type")) faults.invalid("type", o.get("type"), "field is immutable");
  checkImmutableData(o, old, true, faults);
}

void updateClaim(const Value& o, const Value& old, std::string_view subresource, Faults& faults) {
  if (!subresource.empty()) return;
  Value now = o.get("spec");
  Value before = old.get("spec");
  bool bound = old.get("status", "phase").asString() == "Bound";
  const Value& size = now.get("resources", "requests", "storage");
  auto wanted = data::Quantity::parse(size.asString());
  auto had = data::Quantity::parse(before.get("resources", "requests", "storage").asString());
  if (bound && wanted && had && *wanted < *had) {
    faults.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
    return;
  }
  if (bound) {
    now.erase("resources");
    before.erase("resources");
  }
  for (auto field : {"volumeName", "storageClassName"}) {  // empty ones are filled in later
    if (before.get(field).asString().empty()) {
      now.erase(field);
      before.erase(field);
    }
  }
  now.erase("volumeAttributesClassName");
  before.erase("volumeAttributesClassName");
  if (!sameMeaning(now, before)) {
    faults.forbidden("spec",
                     "spec is immutable after creation except resources.requests and "
                     "volumeAttributesClassName for bound claims");
  }
}

void validateVolume(const Value& o, Faults& faults) {
  const Value& spec = o.get("spec");
  if (spec.get("accessModes").empty()) faults.required("spec.accessModes", "");
  for (const auto& mode : spec.get("accessModes").elements())
    checkOneOf(mode, accessModes(), "spec.accessModes", faults);
  const Value& capacity = spec.get("capacity");
  if (capacity.empty()) faults.required("spec.capacity", "");
  if (!capacity.has("storage") || capacity.size() > 1)
    faults.notSupported("spec.capacity", capacity, {"storage"});
  for (const auto& member : capacity.members())
    checkPositive(member.value, "spec.capacity[" + member.key.str() + "]", faults);
  checkOneOf(spec.get("persistentVolumeReclaimPolicy"), {"Delete", "Recycle", "Retain"},
             "spec.persistentVolumeReclaimPolicy", faults);
  static const std::set<std::string, std::less<>> kOther = {
      "accessModes", "capacity",     "claimRef",     "persistentVolumeReclaimPolicy", "storageClassName",
      "volumeMode",  "mountOptions", "nodeAffinity", "volumeAttributesClassName"};
  int sources = 0;
  for (const auto& member : spec.members()) {
    const std::string& name = member.key.str();
    if (kOther.contains(name) || !member.value.isObject()) continue;
    if (sources++ > 0)
      faults.forbidden("spec." + name, "may not specify more than 1 volume type");
    else if (name == "hostPath" && member.value.get("path").asString().empty())
      faults.required("spec.hostPath.path", "");
  }
  if (sources == 0) faults.required("spec", "must specify a volume type");
  if (!spec.get("storageClassName").asString().empty()) {
    checkName(spec.get("storageClassName"), Rule::Subdomain, "spec.storageClassName", faults);
  }
  checkOneOf(spec.get("volumeMode"), {"Block", "Filesystem"}, "spec.volumeMode", faults);
}

void validateQuota(const Value& o, Faults& faults) {
  static const std::set<std::string, std::less<>> kKnown = {"cpu",
                                                            "memory",
                                                            "ephemeral-storage",
                                                            "requests.cpu",
                                                            "requests.memory",
                                                            "requests.storage",
                                                            "requests.ephemeral-storage",
                                                            "limits.cpu",
                                                            "limits.memory",
                                                            "limits.ephemeral-storage",
                                                            "pods",
                                                            "resourcequotas",
                                                            "services",
                                                            "replicationcontrollers",
                                                            "secrets",
                                                            "persistentvolumeclaims",
                                                            "configmaps",
                                                            "services.nodeports",
                                                            "services.loadbalancers"};
  for (const auto& member : sortedMembers(o.get("spec", "hard"))) {
    const std::string& name = member.key.str();
    std::string path = "spec.hard[" + name + "]";
    bool known = kKnown.contains(name) || name.find('/') != std::string::npos ||
                 startsWith(name, "hugepages-") || startsWith(name, "requests.hugepages-");
    if (!known) {
      if (name != "storage")
        faults.invalid(path, Value(name), "must be a standard resource type or fully qualified");
      faults.invalid(path, Value(name), "must be a standard resource for quota");
    }
    auto quantity = data::Quantity::parse(member.value.asString());
    if (quantity && quantity->sign() < 0) faults.invalid(path, member.value, std::string(kNotNegative));
  }
}

void checkLimits(const Value& limit, const std::string& path, Faults& faults) {
  std::set<std::string> names;
  for (auto part : {"max", "min", "default", "defaultRequest"}) {
    for (const auto& member : limit.get(part).members()) names.insert(member.key.str());
  }
  for (const auto& name : names) {
    auto amount = [&](const char* part) { return data::Quantity::parse(limit.get(part, name).asString()); };
    auto text = [&](const char* part) { return limit.get(part, name).asString(); };
    auto most = amount("max");
    auto least = amount("min");
    auto standard = amount("default");
    auto request = amount("defaultRequest");
    auto say = [&](const char* part, const std::string& why) {
      faults.invalid(path + "." + part + "[" + name + "]", Value(text(part)), why);
    };
    if (least && most && *most < *least)
      say("min", "min value " + text("min") + " is greater than max value " + text("max"));
    if (request && least && *request < *least)
      say("defaultRequest",
          "min value " + text("min") + " is greater than default request value " + text("defaultRequest"));
    if (request && most && *most < *request)
      say("defaultRequest",
          "default request value " + text("defaultRequest") + " is greater than max value " + text("max"));
    if (request && standard && *standard < *request)
      say("defaultRequest", "default request value " + text("defaultRequest") +
                                " is greater than default limit value " + text("default"));
    if (standard && least && *standard < *least) {
      faults.invalid(path + ".default[" + name + "]", Value(text("min")),
                     "min value " + text("min") + " is greater than default value " + text("default"));
    }
    if (standard && most && *most < *standard)
      say("default", "default value " + text("default") + " is greater than max value " + text("max"));
  }
}

void validateLimitRange(const Value& o, Faults& faults) {
  std::set<std::string> types;
  std::size_t i = 0;
  for (const auto& limit : o.get("spec", "limits").elements()) {
    std::string here = at("spec.limits", i++);
    const Value& type = limit.get("type");
    checkQualifiedName(type, here + ".type", faults);
    if (!types.insert(type.asString()).second) faults.duplicate(here + ".type", type);
    checkLimits(limit, here, faults);
  }
}

void validateEndpoints(const Value& o, Faults& faults) {
  std::size_t i = 0;
  for (const auto& subset : o.get("subsets").elements()) {
    std::string here = at("subsets", i++);
    if (subset.get("addresses").empty() && subset.get("notReadyAddresses").empty()) {
      faults.required(here, "must specify `addresses` or `notReadyAddresses`");
    }
    for (auto list : {"addresses", "notReadyAddresses"}) {
      for (std::size_t a = 0; a < subset.get(list).size(); ++a) {
        const Value& ip = subset.get(list).at(a).get("ip");
        std::string path = at(here + "." + list, a) + ".ip";
        checkIp(ip, path, faults);
        if (!isIp(ip.asString())) faults.invalid(path, Value(ip.asString()), "must be a valid IP address");
      }
    }
    for (std::size_t p = 0; p < subset.get("ports").size(); ++p) {
      const Value& port = subset.get("ports").at(p);
      std::string path = at(here + ".ports", p);
      if (subset.get("ports").size() > 1 && port.get("name").asString().empty())
        faults.required(path + ".name", "");
      checkPortNumber(port.get("port"), path + ".port", faults);
      checkOneOf(port.get("protocol"), {"SCTP", "TCP", "UDP"}, path + ".protocol", faults);
    }
  }
}

/// An event belongs to the namespace of what it is about ("default" when that has none).
void validateEvent(const Value& o, Faults& faults) {
  const std::string& about = o.get("involvedObject", "namespace").asString();
  const std::string& own = o.get("metadata", "namespace").asString();
  bool fits = about.empty() ? own == "default" || own == "kube-system" : about == own;
  if (!fits) faults.invalid("involvedObject.namespace", Value(about), "does not match event.namespace");
}

}  // namespace

void checkClaimSpec(const Value& spec, const std::string& path, Faults& faults) {
  const Value& modes = spec.get("accessModes");
  if (modes.empty()) faults.required(path + ".accessModes", "at least 1 access mode is required");
  checkSelector(spec.get("selector"), path + ".selector", faults);
  bool single = false;
  bool other = false;
  for (const auto& mode : modes.elements()) {
    checkOneOf(mode, accessModes(), path + ".accessModes", faults);
    (mode.asString() == "ReadWriteOncePod" ? single : other) = true;
  }
  if (single && other)
    faults.forbidden(path + ".accessModes", "may not use ReadWriteOncePod with other access modes");
  const Value& storage = spec.get("resources", "requests", "storage");
  if (storage.isNull())
    faults.required(path + ".resources[storage]", "");
  else
    checkPositive(storage, path + ".resources[storage]", faults);
  if (!spec.get("storageClassName").asString().empty()) {
    checkName(spec.get("storageClassName"), Rule::Subdomain, path + ".storageClassName", faults);
  }
  checkOneOf(spec.get("volumeMode"), {"Block", "Filesystem"}, path + ".volumeMode", faults);
}

void addCoreValidation(KindInfo& kind) {
  if (kind.resource == "configmaps") {
    kind.validate = validateConfigMap;
    kind.validateUpdate = [](const Value& o, const Value& old, std::string_view, Faults& faults) {
      checkImmutableData(o, old, false, faults);
    };
  } else if (kind.resource == "secrets") {
    kind.validate = validateSecret;
    kind.validateUpdate = updateSecret;
  } else if (kind.resource == "persistentvolumeclaims") {
    kind.validate = [](const Value& o, Faults& faults) { checkClaimSpec(o.get("spec"), "spec", faults); };
    kind.validateUpdate = updateClaim;
  } else if (kind.resource == "persistentvolumes") {
    kind.validate = validateVolume;
  } else if (kind.resource == "resourcequotas") {
    kind.validate = validateQuota;
  } else if (kind.resource == "limitranges") {
    kind.validate = validateLimitRange;
  } else if (kind.resource == "events") {
    kind.validate = validateEvent;
  } else if (kind.resource == "endpoints") {
    kind.validate = validateEndpoints;
  }
}

}  // namespace puppis::apiserver::kinds
