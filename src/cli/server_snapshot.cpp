// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <mutex>

#include "apiserver/server.h"
#include "base/files.h"
#include "cli/cluster.h"
#include "cli/embedded.h"
#include "cli/verbs.h"

namespace puppis::cli {

namespace {

/// The answer of a GET whose body is no text.
Result<std::string> download(kube::Client& client, const std::string& path) {
  std::mutex mutex;
  std::condition_variable wake;
  std::string body;
  std::optional<Status> ended;
  kube::StreamHandler handler;
  handler.data = [&](std::string_view piece) { body += piece; };
  handler.ended = [&](Status how) {
    std::lock_guard lock(mutex);
    ended = std::move(how);
    wake.notify_all();
  };
  kube::RawRequest request;
  request.path = path;
  TRY(auto subscription, client.stream(request, std::move(handler)));
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return ended.has_value(); });
  if (!*ended) return fail(ended->error());
  return body;
}

class Snapshot final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(file_, "FILE", "where the snapshot goes; must not exist");
    cluster_.declare(options);
  }

  Result<int> run(Context& context) override {
    if (context.files.exists(file_)) return fail(ErrorCode::AlreadyExists, file_ + " exists already");
    ClusterFlags flags = cluster_;
    if (!flags.dataDirectory.empty()) {
      // A directory that no server uses is copied as it is; else that server is asked.
      Status copied = apiserver::snapshotOf(flags.dataDirectory, file_);
      if (copied) return told(context);
      if (!apiserver::isTaken(copied.error())) return fail(copied.error());
      flags.kubeconfig = kubeconfigIn(flags.dataDirectory);
    }
    TRY(std::unique_ptr<Cluster> cluster, connect(context, flags));
    TRY(std::string bytes, download(cluster->client(), "/snapshot"));
    TRY_VOID(context.files.write(file_, bytes, 0600));
    return told(context);
  }

 private:
  int told(Context& context) const {
    context.err << "snapshot written to " << file_ << "\n";
    return 0;
  }

  std::string file_;
  ClusterFlags cluster_;
};

class Restore final : public Command {
 public:
  void declare(Options& options) override {
    options.argument(file_, "FILE", "a snapshot");
    options.text(dataDirectory_, "--data-dir", "a directory without a store (default ~/.puppis/data)");
  }

  Result<int> run(Context& context) override {
    if (dataDirectory_.empty()) {
      TRY(dataDirectory_, defaultDataDirectory(context));
    }
    TRY_VOID(apiserver::restoreTo(dataDirectory_, file_, context.files));
    context.err << "restored into " << dataDirectory_ << "; start it by `puppis server --data-dir "
                << dataDirectory_ << "`\n";
    return 0;
  }

 private:
  std::string file_;
  std::string dataDirectory_;
};

}  // namespace

Verb serverSnapshotVerb() {
  return {"server snapshot", "Copy the store of a server while it runs, or of a data directory",
          "puppis server snapshot backup.db --kubeconfig /tmp/puppis.kubeconfig\npuppis server snapshot "
          "backup.db --data-dir ./data",
          []() -> std::unique_ptr<Command> { return std::make_unique<Snapshot>(); }};
}

Verb serverRestoreVerb() {
  return {"server restore", "Make a data directory from a snapshot",
          "puppis server restore backup.db --data-dir ./data",
          []() -> std::unique_ptr<Command> { return std::make_unique<Restore>(); }};
}

}  // namespace puppis::cli
