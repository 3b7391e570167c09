// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>

namespace puppis {
class Clock;
class Files;
class Log;
class Random;
}  // namespace puppis
namespace puppis::kube {
class Client;
}

namespace puppis::cli {

/// The world as a verb sees it. A verb reaches files, time, chance, its streams and the environment only
/// through this, so that a test can run it whole. Data goes to `out`, talk to `err`.
struct Context {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Files& files;
  Clock& clock;
  Random& random;
  Log& log;
  /// A variable of the environment; nothing when it is not set.
  std::function<std::optional<std::string>(const std::string&)> environment;
  /// Asked to stop by Ctrl-C or SIGTERM; servers and watches must heed it.
  std::stop_token stop = {};
  bool colourOut = false;  ///< `out` is a terminal that may show colours
  bool colourErr = false;  ///< `err` is one
  /// The API that verbs of a cluster talk to; null: that of the kubeconfig (cli/cluster.h).
  kube::Client* cluster = nullptr;
};

}  // namespace puppis::cli
