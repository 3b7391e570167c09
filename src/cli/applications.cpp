// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "base/strings.h"
#include "cli/app_status.h"
#include "cli/cluster.h"
#include "cli/delivery.h"
#include "cli/output.h"
#include "cli/verbs.h"
#include "controller/types.h"
#include "kube/object.h"

namespace puppis::cli {

using data::Value;

namespace {

Value shown(Value object) {
  if (Value* metadata = object.mutableFind("metadata")) metadata->erase("managedFields");
  return object;
}

/// "NotFound" with the nearest name there is.
Error notFound(kube::Client& client, const std::string& ns, const std::string& name) {
  Error out(ErrorCode::NotFound, "there is no application \"" + name + "\" in namespace " + ns);
  std::vector<std::string> names;
  if (auto all = kube::listAll(client, controller::kApplications, ns)) {
    for (const auto& one : all->items) names.push_back(kube::name(one));
  }
  if (auto near = nearest(name, names)) out.suggest(*near);
  return out;
}

Result<Value> getApplication(kube::Client& client, const std::string& ns, const std::string& name) {
  auto found = client.get(controller::kApplications, {ns, name});
  if (found) return found;
  if (found.error().code() != ErrorCode::NotFound) return fail(found.error());
  Error error = orInstall(found.error());
  return fail(error.expectedText().empty() ? notFound(client, ns, name) : error);
}

class ShowStatus final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(name_, "NAME", "The application");
    cluster_.declare(options);
    declareFormat(options, format_, {"text", "yaml", "json"});
  }
  Result<int> run(Context& context) override {
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    TRY(Value application, getApplication(cluster->client(), cluster->ns(), name_));
    if (format_ == "text") {
      context.out << describeStatus(context, application);
    } else {
      print(context, shown(application), format_);
    }
    return 0;
  }

 private:
  std::string name_;
  ClusterFlags cluster_;
  std::string format_ = "text";
};

class ListApplications final : public Command {
 public:
  void declare(Options& options) override {
    cluster_.declare(options);
    options.flag(all_, "-A,--all-namespaces", "Those of every namespace");
    options.text(selector_, "-l,--selector", "Only those with these labels");
    declareFormat(options, format_, {"text", "yaml", "json"});
  }
  Result<int> run(Context& context) override {
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    kube::ListOptions options;
    options.labelSelector = selector_;
    std::string ns = all_ ? "" : cluster->ns();
    auto list = kube::listAll(cluster->client(), controller::kApplications, ns, options);
    if (!list) return fail(orInstall(list.error()));
    if (format_ != "text") {
      std::vector<Value> objects;
      for (auto& item : list->items) objects.push_back(shown(std::move(item)));
      printAll(context, objects, format_);
      return 0;
    }
    std::vector<std::string> headings = {"APP",   "COMPONENT", "TYPE",   "TRAITS",
                                         "PHASE", "HEALTHY",   "STATUS", "AGE"};
    if (all_) headings.insert(headings.begin(), "NAMESPACE");
    Table table(std::move(headings));
    for (const auto& item : list->items) addRows(context, item, table);
    if (table.empty()) {
      context.err << "no applications" << (all_ ? "" : " in namespace " + ns) << "\n";
    } else {
      context.out << table.str();
    }
    return 0;
  }

 private:
  void addRows(Context& context, const Value& application, Table& table) const {
    bool first = true;
    for (const auto& component : application.get("spec", "components").elements()) {
      std::vector<std::string> traits;
      for (const auto& trait : component.get("traits").elements())
        traits.push_back(trait.get("type").asString());
      Value service;
      for (const auto& one : application.get("status", "services").elements()) {
        if (one.get("name") == component.get("name")) service = one;
      }
      std::string healthy = service.isNull() ? "" : service.get("healthy").asBool() ? "healthy" : "unhealthy";
      std::vector<std::string> row = {
          std::exchange(first, false) ? kube::name(application) : "├─",
          component.get("name").asString(),
          component.get("type").asString(),
          join(traits, ","),
          application.get("status", "status").asString(),
          healthy,
          service.get("message").asString(),
          ageOf(application.get("metadata", "creationTimestamp").asString(), context.clock.now())};
      if (all_) row.insert(row.begin(), kube::namespaceOf(application));
      table.add(std::move(row));
    }
  }

  ClusterFlags cluster_;
  bool all_ = false;
  std::string selector_;
  std::string format_ = "text";
};

class DeleteApplication final : public Command {
 public:
  void declare(Options& options) override {
    options.arguments(names_, "NAME", "The applications", true);
    cluster_.declare(options);
    options.flag(orphan_, "-o,--orphan", "Leave what they made");
    options.flag(noWait_, "--no-wait", "Do not wait until everything is gone");
    options.text(timeout_, "--timeout", "Give up waiting after this time");
  }
  Result<int> run(Context& context) override {
    TRY(Nanos timeout, parseDuration(timeout_));
    TRY(std::unique_ptr<Cluster> cluster, connect(context, cluster_));
    for (const auto& name : names_) {
      TRY_VOID(removeOne(context, cluster->client(), {cluster->ns(), name}, timeout));
    }
    return 0;
  }

 private:
  Status removeOne(Context& context, kube::Client& client, const kube::ObjectName& name,
                   Nanos timeout) const {
    TRY(Value application, getApplication(client, name.ns, name.name));
    if (orphan_ && kube::addFinalizer(application, controller::kOrphanFinalizer)) {
      TRY(application, client.update(controller::kApplications, name, application));
    }
    kube::DeleteOptions options;
    options.uid = kube::uid(application);
    TRY_VOID(client.remove(controller::kApplications, name, options));
    if (!noWait_) {
      auto gone = [&](const Value& now) -> Result<bool> {
        return now.isNull() || kube::uid(now) != kube::uid(application);
      };
      TRY_VOID(follow(context, client, controller::kApplications, name, timeout, gone));
    }
    context.err << "application " << name.str() << (noWait_ ? " is being deleted\n" : " deleted\n");
    return {};
  }

  std::vector<std::string> names_;
  ClusterFlags cluster_;
  bool orphan_ = false;
  bool noWait_ = false;
  std::string timeout_ = "5m";
};

}  // namespace

Verb statusVerb() {
  return {"status", "Show how an Application fares", "puppis status shop\npuppis status shop -o yaml",
          []() -> std::unique_ptr<Command> { return std::make_unique<ShowStatus>(); }};
}

Verb lsVerb() {
  return {"ls", "List the Applications", "puppis ls\npuppis ls -A\npuppis ls -l team=web -o json",
          []() -> std::unique_ptr<Command> { return std::make_unique<ListApplications>(); }};
}

Verb deleteVerb() {
  return {"delete", "Delete Applications and what they made",
          "puppis delete shop\npuppis delete shop --orphan",
          []() -> std::unique_ptr<Command> { return std::make_unique<DeleteApplication>(); }};
}

}  // namespace puppis::cli
