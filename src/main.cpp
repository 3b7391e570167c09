// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stop_token>
#include <thread>

#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/random.h"
#include "cli/verbs.h"

namespace {

std::optional<std::string> environmentVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

bool showsColour(int descriptor) {
  return isatty(descriptor) == 1 && !environmentVariable("NO_COLOR") && environmentVariable("TERM") != "dumb";
}

/// Waits for Ctrl-C and SIGTERM. A verb that serves is asked to stop and only a second signal ends it.
void waitForSignals(const sigset_t& signals, bool serves, std::stop_source& stop) {
  for (bool asked = false;; asked = true) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (asked || !serves) std::_Exit(128 + signal);
    stop.request_stop();
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace puppis;
  std::ios::sync_with_stdio(false);
  std::vector<std::string> arguments(argv + 1, argv + argc);
  std::vector<cli::Verb> verbs = cli::allVerbs();
  const cli::Verb* verb = cli::findVerb(arguments, verbs);

  // Blocked here, so that every thread inherits it and only the waiting thread is told.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::stop_source stop;
  std::thread(waitForSignals, signals, verb != nullptr && verb->serves, std::ref(stop)).detach();

  SystemFiles files;
  SystemClock clock;
  SystemRandom random;
  StderrLog log(environmentVariable("PUPPIS_DEBUG") ? Log::Level::Debug : Log::Level::Info);
  cli::Context context{std::cin,
                       std::cout,
                       std::cerr,
                       files,
                       clock,
                       random,
                       log,
                       environmentVariable,
                       stop.get_token(),
                       showsColour(STDOUT_FILENO),
                       showsColour(STDERR_FILENO)};
  int code = cli::runCommandLine(arguments, verbs, context);
  std::cout.flush();
  // No destructors of statics: the waiting thread still lives.
  std::_Exit(code);
}
