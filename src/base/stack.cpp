// SPDX-License-Identifier: Apache-2.0
#include "base/stack.h"

#include <cstdint>
#include <exception>
#include <thread>

#include <pthread.h>

namespace puppis {

namespace {

constexpr std::size_t kReserve = 384 * 1024;        // one level of recursion with all it calls fits in this
constexpr std::size_t kSegment = 64 * 1024 * 1024;  // address space; pages are taken as they are touched

// The lowest address of this thread's stack. A property of the thread, found out once.
std::uintptr_t stackEnd() {
  thread_local const std::uintptr_t end = [] {
    pthread_attr_t attributes;
    void* address = nullptr;
    std::size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return std::uintptr_t{0};
    pthread_attr_getstack(&attributes, &address, &size);
    pthread_attr_destroy(&attributes);
    return reinterpret_cast<std::uintptr_t>(address);
  }();
  return end;
}

struct Job {
  const std::function<void()>* work;
  std::exception_ptr failure;
};

void* run(void* argument) {
  auto* job = static_cast<Job*>(argument);
  try {
    (*job->work)();
  } catch (...) {
    job->failure = std::current_exception();
  }
  return nullptr;
}

}  // namespace

bool stackIsLow() {
  char here = 0;
  return reinterpret_cast<std::uintptr_t>(&here) < stackEnd() + kReserve;
}

// The fresh stack is that of a thread of its own, for which this one waits: rare, and known to every
// sanitizer.
void onMoreStack(const std::function<void()>& work) {
  Job job{&work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kSegment);
  pthread_t thread{};
  int failed = pthread_create(&thread, &attributes, run, &job);
  pthread_attr_destroy(&attributes);
  if (failed != 0) throw std::bad_alloc();
  pthread_join(thread, nullptr);
  if (job.failure) std::rethrow_exception(job.failure);
}

}  // namespace puppis
