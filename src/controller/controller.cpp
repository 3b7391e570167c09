// SPDX-License-Identifier: Apache-2.0
#include "controller/controller.h"

#include "controller/types.h"
#include "kube/object.h"

namespace puppis::controller {

using data::Value;

namespace {

constexpr Nanos kFirstSync = std::chrono::seconds(60);

/// Whether a change is more than our own writing of the status.
bool matters(const kube::Change& change) {
  if (!change.before || !change.after) return true;
  const Value& before = *change.before;
  const Value& after = *change.after;
  if (!(before.get("spec") == after.get("spec"))) return true;
  for (const char* field : {"uid", "labels", "annotations", "finalizers", "deletionTimestamp"}) {
    if (!(before.get("metadata", field) == after.get("metadata", field))) return true;
  }
  return false;
}

kube::ObjectName nameOfKey(const std::string& key) {
  auto slash = key.find('/');
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace

Controller::Controller(kube::Client& client, Clock& clock, Log& log, Engine& engine,
                       std::shared_ptr<const oam::Catalog> builtIn, ControllerOptions options)
    : client_(client),
      log_(log),
      options_(std::move(options)),
      mapper_(client),
      queue_(clock),
      definitions_(client, std::move(builtIn), log, options_.systemNamespace),
      trackers_(client),
      informers_(std::make_unique<kube::InformerSet>(client, clock, log)),
      objects_(mapper_, *informers_, [this](const deliver::Owner& owner) {
        if (!owner.name.empty()) queue_.add(owner.str());
      }) {
  std::function<void(const kube::Change&)> each;
  if (options_.registerWith) {
    registrar_ = std::make_unique<DefinitionRegistrar>(client, clock, log, options_.registerWith);
    each = [this](const kube::Change& change) { registrar_->changed(change); };
  }
  definitions_.watch(*informers_, [this] { definitionsChanged(); }, std::move(each));
  trackers_.watch(*informers_, [this](const deliver::Owner& owner) { queue_.add(owner.str()); });
  kube::InformerOptions applications;
  applications.type = kApplications;
  applications.ns = options_.watchNamespace;
  applications_ = &informers_->add(std::move(applications), [this](kube::Informer& informer) {
    informer.onChange([this](const kube::Change& change) { applicationChanged(change); });
  });
  reconciler_ = std::make_unique<Reconciler>(Environment{client,
                                                         mapper_,
                                                         *applications_,
                                                         definitions_,
                                                         objects_,
                                                         trackers_,
                                                         engine,
                                                         clock,
                                                         log,
                                                         options_.revisionLimit,
                                                         {}});
}

Controller::~Controller() {
  stop();
}

void Controller::applicationChanged(const kube::Change& change) {
  if (matters(change)) queue_.add(kube::nameOf(change.object()).str());
}

/// Definitions reach an Application with its next revision; one that could not be rendered may be now, and
/// one that follows its definitions (autoUpdate) gets a new revision.
void Controller::definitionsChanged() {
  std::lock_guard lock(mutex_);
  for (const auto& [key, slot] : slots_) {
    std::unique_lock held(slot->mutex, std::try_to_lock);
    // A slot that is being worked on may be looking at the old definitions.
    bool follows = !held || slot->memory.annotations.get("app.oam.dev/autoUpdate").asString() == "true";
    bool failed = !held || slot->memory.error;
    if (!failed && !follows) continue;
    if (held) slot->memory.spec = Value();
    queue_.add(key);
  }
}

std::shared_ptr<Controller::Slot> Controller::slotOf(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto& slot = slots_[key];
  if (!slot) slot = std::make_shared<Slot>();
  return slot;
}

void Controller::workOn(const std::string& key) {
  kube::ObjectName name = nameOfKey(key);
  bool exists = applications_->get(name).has_value();
  Next next = Next::Wait;
  if (exists) {
    auto slot = slotOf(key);
    std::lock_guard held(slot->mutex);
    next = reconciler_->reconcile(name, slot->memory);
  } else {
    std::lock_guard lock(mutex_);
    slots_.erase(key);
  }
  if (next == Next::Retry) {
    queue_.addFailed(key);
  } else {
    queue_.forget(key);
  }
  queue_.done(key);
}

void Controller::work() {
  while (auto key = queue_.take()) workOn(*key);
}

Status Controller::start() {
  TRY(auto version, clusterVersionOf(client_));
  reconciler_->setVersion(std::move(version));
  informers_->start();
  if (!informers_->waitSynced(kFirstSync)) {
    return fail(Error(ErrorCode::Timeout, "what exists in the cluster could not be listed")
                    .expected("a cluster with the CRDs of Puppis; `puppis install` puts them there"));
  }
  log_.info("the controller is running", {{"applications", std::to_string(applications_->size())}});
  if (registrar_) registrar_->start();
  for (int i = 0; i < options_.workers; ++i) workers_.emplace_back([this] { work(); });
  return {};
}

void Controller::stop() {
  queue_.close();
  for (auto& worker : workers_) worker.join();
  workers_.clear();
  if (registrar_) registrar_->stop();
  informers_->stop();
}

std::optional<Nanos> Controller::runReady() {
  std::optional<Nanos> due;
  do {
    due = informers_->runDue();
    while (auto key = queue_.tryTake()) {
      workOn(*key);
      informers_->runDue();
    }
  } while (due && *due <= Nanos::zero());
  auto queued = queue_.nextDue();
  if (queued && (!due || *queued < *due)) due = queued;
  return due;
}

}  // namespace puppis::controller
