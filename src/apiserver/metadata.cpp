// SPDX-License-Identifier: Apache-2.0
#include "apiserver/metadata.h"

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace puppis::apiserver {
namespace {

using data::Value;

constexpr std::string_view kLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
    "and end with an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabel1035Rule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    "character, and end "
    "with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kQualifiedRule =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with "
    "an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::size_t kAnnotationBytes = 256 * 1024;

bool lowerAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool alnum(char c) {
  return lowerAlnum(c) || (c >= 'A' && c <= 'Z');
}

bool isDnsLabel(std::string_view text) {
  if (text.empty() || !lowerAlnum(text.front()) || !lowerAlnum(text.back())) return false;
  for (char c : text) {
    if (!lowerAlnum(c) && c != '-') return false;
  }
  return true;
}

bool isSubdomain(std::string_view text) {
  std::size_t begin = 0;
  while (true) {
    std::size_t dot = text.find('.', begin);
    if (!isDnsLabel(text.substr(begin, dot == std::string_view::npos ? dot : dot - begin))) return false;
    if (dot == std::string_view::npos) return true;
    begin = dot + 1;
  }
}

bool isNamePart(std::string_view text) {
  if (text.empty() || !alnum(text.front()) || !alnum(text.back())) return false;
  for (char c : text) {
    if (!alnum(c) && c != '-' && c != '_' && c != '.') return false;
  }
  return true;
}

std::string tooLongText(std::size_t most) {
  return "must be no more than " + std::to_string(most) + " characters";
}

}  // namespace

std::string nameFault(std::string_view name, KindInfo::NameRule rule) {
  switch (rule) {
    case KindInfo::NameRule::PathSegment:
      if (name == "." || name == "..") return "may not be '" + std::string(name) + "'";
      if (name.find('/') != std::string_view::npos) return "may not contain '/'";
      if (name.find('%') != std::string_view::npos) return "may not contain '%'";
      return {};
    case KindInfo::NameRule::Label:
      if (name.size() > 63) return tooLongText(63);
      if (isDnsLabel(name)) return {};
      return isSubdomain(name) ? "must not contain dots" : std::string(kLabelRule);
    case KindInfo::NameRule::Label1035:
      if (name.size() > 63) return tooLongText(63);
      return isDnsLabel(name) && name.front() >= 'a' ? std::string{} : std::string(kLabel1035Rule);
    case KindInfo::NameRule::Subdomain:
      break;
  }
  if (name.size() > 253) return tooLongText(253);
  return isSubdomain(name) ? std::string{} : std::string(kSubdomainRule);
}

std::string qualifiedNameFault(std::string_view text) {
  std::size_t slash = text.find('/');
  std::string_view name = text;
  if (slash != std::string_view::npos) {
    std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      return "a qualified name " + std::string(kQualifiedRule.substr(std::string_view("name part ").size())) +
             " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    }
    if (prefix.empty()) return "prefix part must be non-empty";
    if (prefix.size() > 253 || !isSubdomain(prefix)) return "prefix part " + std::string(kSubdomainRule);
  }
  if (name.empty()) return "name part must be non-empty";
  if (name.size() > 63) return "name part " + tooLongText(63);
  return isNamePart(name) ? std::string{} : std::string(kQualifiedRule);
}

std::string labelValueFault(std::string_view text) {
  if (text.size() > 63) return tooLongText(63);
  return text.empty() || isNamePart(text) ? std::string{} : std::string(kLabelValueRule);
}

namespace {

void validateOwners(const Value& owners, Faults& faults) {
  int controllers = 0;
  std::string firstController;
  // Kubernetes leaves the index out of these paths.
  const std::string path = "metadata.ownerReferences";
  for (const Value& owner : owners.elements()) {
    if (owner.get("apiVersion").asString().empty())
      faults.invalid(path + ".apiVersion", "", "version must not be empty");
    if (const std::string& version = owner.get("apiVersion").asString();
        std::count(version.begin(), version.end(), '/') > 1)
      faults.invalid(path + ".apiVersion", version, "version must not be empty");
    for (const char* field : {"kind", "name", "uid"}) {
      if (owner.get(field).asString().empty()) faults.invalid(path + "." + field, "", "must not be empty");
    }
    if (!owner.get("controller").asBool()) continue;
    std::string who = owner.get("kind").asString() + "/" + owner.get("name").asString();
    if (++controllers == 1) {
      firstController = who;
    } else {
      faults.invalid(path, owners,
                     "Only one reference can have Controller set to true. Found \"true\" in references for " +
                         firstController + " and " + who);
    }
  }
}

}  // namespace

namespace {

/// Kubernetes asks for a domain in finalizers of its older kinds only; custom kinds are warned.
bool wantsDomains(const KindInfo& kind) {
  static const std::set<std::string> kGroups = {"",
                                                "apps",
                                                "batch",
                                                "autoscaling",
                                                "networking.k8s.io",
                                                "rbac.authorization.k8s.io",
                                                "storage.k8s.io",
                                                "scheduling.k8s.io",
                                                "admissionregistration.k8s.io",
                                                "discovery.k8s.io"};
  return kGroups.count(kind.group) != 0;
}

}  // namespace

void validateMetadata(const Value& object, const KindInfo& kind, Faults& faults) {
  const Value& meta = object.get("metadata");
  const std::string& name = meta.get("name").asString();
  const std::string& generate = meta.get("generateName").asString();
  if (!generate.empty()) {
    // A trailing dash is fine, the random part follows it.
    std::string base = endsWith(generate, "-") && generate.size() > 1
                           ? generate.substr(0, generate.size() - 1) + "a"
                           : generate;
    std::string fault = nameFault(base, kind.nameRule);
    if (!fault.empty()) faults.invalid("metadata.generateName", generate, fault);
  }
  if (name.empty()) {
    faults.required("metadata.name", "name or generateName is required");
  } else {
    std::string fault = nameFault(name, kind.nameRule);
    if (!fault.empty()) faults.invalid("metadata.name", name, fault);
  }
  const std::string& ns = meta.get("namespace").asString();
  if (kind.namespaced) {
    if (ns.empty()) {
      faults.required("metadata.namespace", "");
    } else if (std::string fault = nameFault(ns, KindInfo::NameRule::Label); !fault.empty()) {
      faults.invalid("metadata.namespace", ns, fault);
    }
  } else if (!ns.empty()) {
    faults.forbidden("metadata.namespace", "not allowed on this type");
  }
  for (const data::Member& label : meta.get("labels").members()) {
    if (std::string fault = qualifiedNameFault(label.key.str()); !fault.empty())
      faults.invalid("metadata.labels", label.key.str(), fault);
    if (std::string fault = labelValueFault(label.value.asString()); !fault.empty()) {
      faults.invalid("metadata.labels", label.value, fault);
    }
  }
  std::size_t total = 0;
  for (const data::Member& annotation : meta.get("annotations").members()) {
    if (std::string fault = qualifiedNameFault(toLower(annotation.key.str())); !fault.empty()) {
      faults.invalid("metadata.annotations", annotation.key.str(), fault);
    }
    total += annotation.key.str().size() + annotation.value.asString().size();
  }
  if (total > kAnnotationBytes) faults.tooLong("metadata.annotations", kAnnotationBytes);
  validateOwners(meta.get("ownerReferences"), faults);
  std::size_t at = 0;
  for (const Value& finalizer : meta.get("finalizers").elements()) {
    const std::string& text = finalizer.asString();
    std::string path = "metadata.finalizers[" + std::to_string(at++) + "]";
    if (std::string fault = qualifiedNameFault(text); !fault.empty()) {
      faults.invalid(path, text, fault);
    } else if (wantsDomains(kind) && text.find('/') == std::string::npos && text != "foregroundDeletion" &&
               text != "orphan" && text != "kubernetes") {
      faults.invalid(path, text, "name is neither a standard finalizer name nor is it fully qualified");
    }
  }
  std::set<std::string> policies;
  for (const Value& finalizer : meta.get("finalizers").elements()) policies.insert(finalizer.asString());
  if (policies.count("foregroundDeletion") != 0 && policies.count("orphan") != 0) {
    faults.invalid("metadata.finalizers", meta.get("finalizers"),
                   "finalizer foregroundDeletion and orphan cannot be both set");
  }
}

void validateMetadataUpdate(const Value& object, const Value& old, Faults& faults) {
  const Value& meta = object.get("metadata");
  const Value& was = old.get("metadata");
  for (const char* field : {"name", "namespace", "uid", "creationTimestamp"}) {
    if (!(meta.get(field) == was.get(field)))
      faults.invalid(std::string("metadata.") + field, meta.get(field), "field is immutable");
  }
  if (was.has("deletionTimestamp")) {
    for (const Value& finalizer : meta.get("finalizers").elements()) {
      bool had = false;
      for (const Value& before : was.get("finalizers").elements()) had = had || before == finalizer;
      if (!had) {
        faults.forbidden("metadata.finalizers",
                         "no new finalizers can be added if the object is being deleted, found new "
                         "finalizers []string{\"" +
                             finalizer.asString() + "\"}");
      }
    }
  }
}

}  // namespace puppis::apiserver
