// SPDX-License-Identifier: Apache-2.0
#include "apiserver/server.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <malloc.h>

#include "base/strings.h"
#include "cli/embedded.h"
#include "cli/listen.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace puppis::cli {

namespace {

class Serve final : public Command {
 public:
  void declare(Options& options) override {
    options.flag(inMemory_, "--in-memory", "keep everything in memory; nothing is left behind");
    options.text(dataDirectory_, "--data-dir",
                 "where the store and the certificates are kept (default ~/.puppis/data)");
    options.text(listen_, "--listen", "HOST:PORT to listen on; port 0 picks a free one");
    options.text(kubeconfig_, "--kubeconfig", "write a kubeconfig for this server to FILE");
    options.number(nodes_, "--nodes",
                   "how many simulated nodes act out workloads; 0 runs no workloads at all");
    options.flag(noController_, "--no-controller", "leave Applications to a controller that runs elsewhere");
    options.number(history_, "--history",
                   "how many changes are kept for watches that resume and for lists of the past");
    options.flag(
        noFsync_, "--no-fsync",
        "answer before the disk has the data: faster, and a crash of the machine may lose the newest writes");
  }

  Result<int> run(Context& context) override {
    keepMemoryLow();
    apiserver::ServerConfig config;
    TRY(Listen listen, parseListen(listen_, "--listen"));
    config.address = std::move(listen.address);
    config.port = listen.port;
    config.fsync = !noFsync_;
    config.history = static_cast<std::size_t>(std::max<std::int64_t>(history_, 1));
    if (!inMemory_) {
      config.dataDirectory = dataDirectory_;
      if (config.dataDirectory.empty()) {
        TRY(config.dataDirectory, defaultDataDirectory(context));
      }
    }
    std::string host = config.address;
    TRY(auto plane, EmbeddedPlane::start(context, {std::move(config), nodes_, !noController_}));
    apiserver::Server& server = plane->server();
    if (!kubeconfig_.empty()) TRY_VOID(context.files.write(kubeconfig_, server.kubeconfig(), 0600));
    context.err << "serving the Kubernetes API on https://" << host << ":" << server.port()
                << (inMemory_ ? " (in memory)" : "") << std::endl;
    waitForStop(context.stop);
    return 0;
  }

 private:
  /// A server lives long and makes large answers now and then: each goes back to the system at once, and
  /// threads share a few heaps rather than keep one each.
  static void keepMemoryLow() {
    constexpr int kLarge = 128 * 1024;
    mallopt(M_MMAP_THRESHOLD, kLarge);
    mallopt(M_TRIM_THRESHOLD, 8 * kLarge);
    mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
  }

  static void waitForStop(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait(lock, stop, [] { return false; });
  }

  bool inMemory_ = false;
  bool noFsync_ = false;
  bool noController_ = false;
  std::int64_t history_ = 20'000;
  std::string dataDirectory_;
  std::string listen_ = "127.0.0.1:6443";
  std::string kubeconfig_;
  std::int64_t nodes_ = 3;
};

}  // namespace

Verb serverVerb() {
  return {"server", "Serve the Kubernetes API from this process, with nothing to install",
          "puppis server --in-memory --kubeconfig /tmp/puppis.kubeconfig\npuppis server --data-dir ./data "
          "--listen 127.0.0.1:6443",
          []() -> std::unique_ptr<Command> { return std::make_unique<Serve>(); }, true};
}

}  // namespace puppis::cli
