// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <string_view>

#include <fmt/format.h>

namespace puppis {

std::string Random::uuid() {
  std::uint64_t high = (next() & ~0xF000ULL) | 0x4000ULL;
  std::uint64_t low = (next() & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF,
                     low >> 48, low & 0xFFFFFFFFFFFFULL);
}

std::string Random::suffix(std::size_t length) {
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string out;
  for (std::size_t i = 0; i < length; ++i) out += alphabet[below(alphabet.size())];
  return out;
}

SystemRandom::SystemRandom() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  engine_.seed(seed);
}

std::uint64_t SystemRandom::next() {
  std::lock_guard lock(mutex_);
  return engine_();
}

}  // namespace puppis
