// SPDX-License-Identifier: Apache-2.0
#include "apiserver/rbac.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "kube/selector.h"

namespace puppis::apiserver {

using data::Value;

namespace {

constexpr std::string_view kPrefix = "/rbac.authorization.k8s.io/";

bool contains(const Value& list, std::string_view text) {
  for (const Value& one : list.elements()) {
    if (one.asString() == "*" || one.asString() == text) return true;
  }
  return false;
}

bool containsExactly(const Value& list, std::string_view text) {
  for (const Value& one : list.elements()) {
    if (one.asString() == text) return true;
  }
  return false;
}

bool resourceMatches(const Value& rule, const std::string& resource, const std::string& subresource) {
  std::string whole = subresource.empty() ? resource : resource + "/" + subresource;
  for (const Value& one : rule.get("resources").elements()) {
    const std::string& text = one.asString();
    if (text == "*" || text == whole || (!subresource.empty() && text == "*/" + subresource)) return true;
  }
  return false;
}

bool pathMatches(const Value& rule, const std::string& path) {
  for (const Value& one : rule.get("nonResourceURLs").elements()) {
    const std::string& text = one.asString();
    if (text == "*" || text == path) return true;
    if (endsWith(text, "*") && startsWith(path, std::string_view(text).substr(0, text.size() - 1)))
      return true;
  }
  return false;
}

bool subjectIs(const Value& subject, const User& user, const std::string& bindingNs) {
  const std::string& kind = subject.get("kind").asString();
  const std::string& name = subject.get("name").asString();
  if (kind == "User") return user.name == name;
  if (kind == "Group") return user.in(name);
  if (kind != "ServiceAccount") return false;
  const std::string& ns = subject.get("namespace").asString();
  return user.name == "system:serviceaccount:" + (ns.empty() ? bindingNs : ns) + ":" + name;
}

}  // namespace

struct RbacAuthorizer::Binding {
  std::string ns;  // "" binds everywhere
  Value subjects;
  Value rules;
};

struct RbacAuthorizer::Table {
  std::vector<Binding> bindings;
};

/// Drops the table when something of RBAC changes.
class RbacAuthorizer::Watcher final : public store::WatchSink {
 public:
  void event(const store::EventPtr&) override { stale = true; }
  void lost(const Error&) override {}
  std::atomic<bool> stale{true};
};

RbacAuthorizer::RbacAuthorizer(Api& api) : api_(api), watcher_(std::make_shared<Watcher>()) {
  auto watch = api.store().watch(std::string(kPrefix), api.store().delivered(), watcher_);
  if (watch) watch_ = std::move(*watch);
}

RbacAuthorizer::~RbacAuthorizer() = default;

std::shared_ptr<const RbacAuthorizer::Table> RbacAuthorizer::table() const {
  std::lock_guard lock(mutex_);
  if (watcher_->stale.exchange(false) || !table_) table_ = build();
  return table_;
}

std::shared_ptr<const RbacAuthorizer::Table> RbacAuthorizer::build() const {
  auto out = std::make_shared<Table>();
  std::string prefix(kPrefix);
  auto all = [&](const std::string& resource) {
    std::string from = prefix + resource + "/";
    auto range = api_.store().range(from, store::prefixEnd(from));
    return range ? std::move(range->entries) : std::vector<store::EntryPtr>{};
  };
  std::map<std::string, Value> clusterRoles;
  std::vector<store::EntryPtr> roleEntries = all("clusterroles");
  std::vector<Value> roles;
  for (const store::EntryPtr& entry : roleEntries) {
    roles.push_back(entry->value());
    clusterRoles[roles.back().get("metadata", "name").asString()] = roles.back().get("rules");
  }
  // A role with an aggregationRule has the rules of all that its selectors match.
  for (const Value& role : roles) {
    const Value& selectors = role.get("aggregationRule", "clusterRoleSelectors");
    if (selectors.empty()) continue;
    Value rules = Value::array();
    for (const Value& selector : selectors.elements()) {
      auto parsed = kube::LabelSelector::fromObject(selector);
      if (!parsed) continue;
      for (const Value& other : roles) {
        if (other.sharesWith(role) || !parsed->matches(other.get("metadata", "labels"))) continue;
        for (const Value& rule : other.get("rules").elements()) rules.push(rule);
      }
    }
    clusterRoles[role.get("metadata", "name").asString()] = std::move(rules);
  }
  auto rulesOf = [&](const Value& binding, const std::string& ns) -> Value {
    const Value& ref = binding.get("roleRef");
    if (ref.get("kind").asString() == "ClusterRole") {
      auto it = clusterRoles.find(ref.get("name").asString());
      return it == clusterRoles.end() ? Value() : it->second;
    }
    store::EntryPtr role = api_.store().get(prefix + "roles/" + ns + "/" + ref.get("name").asString());
    return role ? role->value().get("rules") : Value();
  };
  for (const char* kind : {"clusterrolebindings", "rolebindings"}) {
    for (const store::EntryPtr& entry : all(kind)) {
      Value binding = entry->value();
      std::string ns = binding.get("metadata", "namespace").asString();
      out->bindings.push_back({ns, binding.get("subjects"), rulesOf(binding, ns)});
    }
  }
  return out;
}

template <typename F>
bool RbacAuthorizer::anyRule(const User& user, const std::string& ns, F&& accepts) const {
  std::shared_ptr<const Table> now = table();
  for (const Binding& binding : now->bindings) {
    if (!binding.ns.empty() && binding.ns != ns) continue;
    bool bound = false;
    for (const Value& subject : binding.subjects.elements())
      bound = bound || subjectIs(subject, user, binding.ns);
    if (!bound) continue;
    for (const Value& rule : binding.rules.elements()) {
      if (accepts(rule)) return true;
    }
  }
  return false;
}

std::optional<std::string> RbacAuthorizer::refuses(const User& user, const std::string& verb,
                                                   const std::string& group, const std::string& resource,
                                                   const std::string& subresource, const std::string& ns,
                                                   const std::string& name) const {
  if (user.in("system:masters")) return std::nullopt;
  bool allowed = anyRule(user, ns, [&](const Value& rule) {
    if (!contains(rule.get("verbs"), verb) || !contains(rule.get("apiGroups"), group) ||
        !resourceMatches(rule, resource, subresource))
      return false;
    return rule.get("resourceNames").empty() || containsExactly(rule.get("resourceNames"), name);
  });
  if (allowed) return std::nullopt;
  return std::string();
}

bool RbacAuthorizer::allowsPath(const User& user, const std::string& verb, const std::string& path) const {
  if (user.in("system:masters")) return true;
  std::string lower = toLower(verb);
  return anyRule(user, "", [&](const Value& rule) {
    return contains(rule.get("verbs"), lower) && pathMatches(rule, path);
  });
}

Value RbacAuthorizer::rulesOf(const User& user, const std::string& ns) const {
  Value resources = Value::array(), paths = Value::array();
  if (user.in("system:masters")) {
    resources.push(Value::object({{"verbs", Value::array({"*"})},
                                  {"apiGroups", Value::array({"*"})},
                                  {"resources", Value::array({"*"})}}));
    paths.push(Value::object({{"verbs", Value::array({"*"})}, {"nonResourceURLs", Value::array({"*"})}}));
  }
  anyRule(user, ns, [&](const Value& rule) {
    (rule.get("nonResourceURLs").empty() ? resources : paths).push(rule);
    return false;
  });
  return Value::object({{"resourceRules", std::move(resources)}, {"nonResourceRules", std::move(paths)}});
}

}  // namespace puppis::apiserver
