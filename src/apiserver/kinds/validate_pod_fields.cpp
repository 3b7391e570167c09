// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "apiserver/kinds/check.h"
#include "apiserver/metadata.h"
#include "base/strings.h"
#include "data/quantity.h"

namespace puppis::apiserver::kinds {
namespace {

void checkMode(const Value& object, const char* field, const std::string& path, Faults& faults) {
  const Value& mode = object.get(field);
  if (mode.isInt() && (mode.asInt() < 0 || mode.asInt() > 0777)) {
    faults.invalid(path + "." + field, mode, "must be a number between 0 and 0777 (octal), both inclusive");
  }
}

void checkRelativePath(const std::string& text, const std::string& path, Faults& faults) {
  if (text.empty()) {
    faults.required(path, "");
    return;
  }
  if (startsWith(text, "/")) faults.invalid(path, Value(text), "must be a relative path");
  for (const auto& part : split(text, '/')) {
    if (part != "..") continue;
    faults.invalid(path, Value(text), "must not contain '..'");
    return;
  }
  if (startsWith(text, "..")) faults.invalid(path, Value(text), "must not start with '..'");
}

void checkItems(const Value& items, const std::string& path, Faults& faults) {
  std::size_t i = 0;
  for (const auto& item : items.elements()) {
    std::string here = at(path, i++);
    if (item.get("key").asString().empty()) faults.required(here + ".key", "");
    checkRelativePath(item.get("path").asString(), here + ".path", faults);
    checkMode(item, "mode", here, faults);
  }
}

/// A field that must be there.
void need(const Value& object, const char* field, const std::string& path, Faults& faults) {
  if (object.get(field).asString().empty()) faults.required(path + "." + field, "");
}

void checkSource(const std::string& type, const Value& source, const std::string& path, Faults& faults) {
  if (type == "hostPath") {
    need(source, "path", path, faults);
    for (const auto& part : split(source.get("path").asString(), '/')) {
      if (part == "..") faults.invalid(path + ".path", source.get("path"), "must not contain '..'");
    }
    static const std::vector<std::string> kTypes = {
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
    checkOneOf(source.get("type"), kTypes, path + ".type", faults);
  } else if (type == "secret") {
    need(source, "secretName", path, faults);
    checkMode(source, "defaultMode", path, faults);
    checkItems(source.get("items"), path + ".items", faults);
  } else if (type == "configMap") {
    need(source, "name", path, faults);
    checkMode(source, "defaultMode", path, faults);
    checkItems(source.get("items"), path + ".items", faults);
  } else if (type == "persistentVolumeClaim") {
    need(source, "claimName", path, faults);
  } else if (type == "nfs") {
    need(source, "server", path, faults);
    need(source, "path", path, faults);
    if (!startsWith(source.get("path").asString(), "/")) {
      faults.invalid(path + ".path", Value(source.get("path").asString()), "must be an absolute path");
    }
  } else if (type == "csi") {
    need(source, "driver", path, faults);
  } else if (type == "ephemeral") {
    if (source.get("volumeClaimTemplate").isObject()) {
      checkClaimSpec(source.get("volumeClaimTemplate", "spec"), path + ".volumeClaimTemplate.spec", faults);
    } else {
      faults.required(path + ".volumeClaimTemplate", "");
    }
  } else if (type == "emptyDir") {
    auto size = data::Quantity::parse(source.get("sizeLimit").asString());
    if (size && size->sign() < 0)
      faults.forbidden(path + ".sizeLimit", "SizeLimit field must be a valid resource quantity");
  }
}

void checkTolerations(const Value& tolerations, const std::string& path, Faults& faults) {
  std::size_t i = 0;
  for (const auto& toleration : tolerations.elements()) {
    std::string here = at(path, i++);
    const auto& key = toleration.get("key").asString();
    const auto& op = toleration.get("operator").asString();
    const auto& effect = toleration.get("effect").asString();
    if (!key.empty()) {
      if (auto fault = qualifiedNameFault(key); !fault.empty())
        faults.invalid(here + ".key", Value(key), fault);
    }
    if (key.empty() && op != "Exists") {
      faults.invalid(
          here + ".operator", Value(op),
          "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    }
    if (toleration.get("tolerationSeconds").isInt() && effect != "NoExecute") {
      faults.invalid(here + ".effect", Value(effect),
                     "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    const auto& value = toleration.get("value").asString();
    if (op == "Exists" && !value.empty()) {
      faults.invalid(here + ".operator", Value(value), "value must be empty when `operator` is 'Exists'");
    } else if (op == "Equal" || op.empty()) {
      if (auto fault = labelValueFault(value); !fault.empty())
        faults.invalid(here + ".operator", Value(value), fault);
    } else if (op != "Exists") {
      faults.notSupported(here + ".operator", Value(op), {"Equal", "Exists"});
    }
    if (!effect.empty())
      checkOneOf(Value(effect), {"NoSchedule", "PreferNoSchedule", "NoExecute"}, here + ".effect", faults);
  }
}

void checkSpread(const Value& constraints, const std::string& path, Faults& faults) {
  std::size_t i = 0;
  for (const auto& constraint : constraints.elements()) {
    std::string here = at(path, i++);
    if (constraint.get("maxSkew").asInt() <= 0)
      faults.invalid(here + ".maxSkew", constraint.get("maxSkew").asInt(), "must be greater than zero");
    if (constraint.get("topologyKey").asString().empty())
      faults.required(here + ".topologyKey", "can not be empty");
    checkOneOf(Value(constraint.get("whenUnsatisfiable").asString()), {"DoNotSchedule", "ScheduleAnyway"},
               here + ".whenUnsatisfiable", faults);
    checkSelector(constraint.get("labelSelector"), here + ".labelSelector", faults);
  }
}

void checkNodeTerms(const Value& terms, const std::string& path, Faults& faults) {
  if (terms.empty()) faults.required(path, "must have at least one node selector term");
  std::size_t i = 0;
  for (const auto& term : terms.elements()) {
    std::string where = at(path, i++) + ".matchExpressions";
    std::size_t e = 0;
    for (const auto& expression : term.get("matchExpressions").elements()) {
      std::string here = at(where, e++);
      const auto& op = expression.get("operator").asString();
      std::size_t values = expression.get("values").size();
      if ((op == "In" || op == "NotIn") && values == 0) {
        faults.required(here + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
      } else if ((op == "Exists" || op == "DoesNotExist") && values > 0) {
        faults.forbidden(here + ".values",
                         "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      } else if ((op == "Gt" || op == "Lt") && values != 1) {
        faults.required(here + ".values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
      } else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist" && op != "Gt" &&
                 op != "Lt") {
        faults.invalid(here + ".operator", Value(op), "not a valid selector operator");
      }
      if (auto fault = qualifiedNameFault(expression.get("key").asString()); !fault.empty()) {
        faults.invalid(here + ".key", Value(expression.get("key").asString()), fault);
      }
    }
  }
}

void checkPodTerm(const Value& term, const std::string& path, Faults& faults) {
  checkSelector(term.get("labelSelector"), path + ".labelSelector", faults);
  const Value& key = term.get("topologyKey");
  if (key.asString().empty()) faults.required(path + ".topologyKey", "can not be empty");
  checkQualifiedName(key, path + ".topologyKey", faults);
}

void checkAffinity(const Value& affinity, const std::string& path, Faults& faults) {
  const Value& node = affinity.get("nodeAffinity");
  if (const Value& required = node.get("requiredDuringSchedulingIgnoredDuringExecution");
      required.isObject()) {
    checkNodeTerms(required.get("nodeSelectorTerms"),
                   path + ".nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
                   faults);
  }
  std::size_t n = 0;
  for (const auto& preferred : node.get("preferredDuringSchedulingIgnoredDuringExecution").elements()) {
    std::string here =
        at(path + ".nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution", n++) + ".weight";
    auto weight = preferred.get("weight").asInt();
    if (weight < 1 || weight > 100) faults.invalid(here, weight, "must be in the range 1-100");
  }
  for (auto kind : {"podAffinity", "podAntiAffinity"}) {
    std::string base = path + "." + kind;
    std::size_t i = 0;
    for (const auto& term : affinity.get(kind, "requiredDuringSchedulingIgnoredDuringExecution").elements()) {
      checkPodTerm(term, at(base + ".requiredDuringSchedulingIgnoredDuringExecution", i++), faults);
    }
    i = 0;
    for (const auto& term :
         affinity.get(kind, "preferredDuringSchedulingIgnoredDuringExecution").elements()) {
      std::string here = at(base + ".preferredDuringSchedulingIgnoredDuringExecution", i++);
      auto weight = term.get("weight").asInt();
      if (weight < 1 || weight > 100) faults.invalid(here + ".weight", weight, "must be in the range 1-100");
      checkPodTerm(term.get("podAffinityTerm"), here + ".podAffinityTerm", faults);
    }
  }
}

}  // namespace

void checkVolumes(const Value& volumes, const std::string& path, Faults& faults) {
  std::set<std::string> names;
  std::size_t i = 0;
  for (const auto& volume : volumes.elements()) {
    std::string here = at(path, i++);
    std::size_t before = faults.list().size();
    int types = 0;
    for (const auto& member : volume.members()) {
      if (member.key == "name" || member.value.isNull()) continue;
      if (types++ > 0)
        faults.forbidden(here + "." + member.key.str(), "may not specify more than 1 volume type");
      else
        checkSource(member.key.str(), member.value, here + "." + member.key.str(), faults);
    }
    if (types == 0) faults.required(here, "must specify a volume type");
    const Value& name = volume.get("name");
    if (name.asString().empty())
      faults.required(here + ".name", "");
    else
      checkName(name, Rule::Label, here + ".name", faults);
    if (names.contains(name.asString())) faults.duplicate(here + ".name", name);
    if (faults.list().size() == before) names.insert(name.asString());
  }
}

void checkSchedulingFields(const Value& spec, const std::string& path, Faults& faults) {
  checkAffinity(spec.get("affinity"), path + ".affinity", faults);
  checkSpread(spec.get("topologySpreadConstraints"), path + ".topologySpreadConstraints", faults);
  auto name = [&](const char* field, Rule rule) {
    if (!spec.get(field).asString().empty()) checkName(spec.get(field), rule, path + "." + field, faults);
  };
  name("serviceAccountName", Rule::Subdomain);
  name("nodeName", Rule::Subdomain);
  if (const Value& deadline = spec.get("activeDeadlineSeconds"); deadline.isInt()) {
    if (deadline.asInt() < 1 || deadline.asInt() > INT32_MAX) {
      faults.invalid(path + ".activeDeadlineSeconds", deadline,
                     "must be between 1 and 2147483647, inclusive");
    }
  }
  name("hostname", Rule::Label);
  name("subdomain", Rule::Label);
  checkTolerations(spec.get("tolerations"), path + ".tolerations", faults);
  std::size_t i = 0;
  for (const auto& alias : spec.get("hostAliases").elements()) {
    std::string here = at(path + ".hostAliases", i++);
    checkIp(alias.get("ip"), here + ".ip", faults);
    std::size_t h = 0;
    for (const auto& host : alias.get("hostnames").elements())
      checkName(host, Rule::Subdomain, at(here + ".hostnames", h++), faults);
  }
  name("priorityClassName", Rule::Subdomain);
  name("runtimeClassName", Rule::Subdomain);
  checkOneOf(spec.get("preemptionPolicy"), {"PreemptLowerPriority", "Never"}, path + ".preemptionPolicy",
             faults);
}

}  // namespace puppis::apiserver::kinds
