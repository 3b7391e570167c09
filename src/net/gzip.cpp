// SPDX-License-Identifier: Apache-2.0
#include "net/gzip.h"

#include <array>

#include <isa-l/igzip_lib.h>

namespace puppis::net {

struct Gzip::Impl {
  isal_zstream stream{};
  std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> level;
  std::string out;

  void run() {
    std::array<char, 64 * 1024> room;
    do {
      stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
      stream.avail_out = static_cast<std::uint32_t>(room.size());
      isal_deflate(&stream);
      out.append(room.data(), room.size() - stream.avail_out);
    } while (stream.avail_out == 0 ||
             (stream.end_of_stream != 0 && stream.internal_state.state != ZSTATE_END));
  }
};

Gzip::Gzip() : impl_(std::make_unique<Impl>()) {
  isal_deflate_init(&impl_->stream);
  impl_->stream.level = 1;
  impl_->stream.level_buf = impl_->level.data();
  impl_->stream.level_buf_size = static_cast<std::uint32_t>(impl_->level.size());
  impl_->stream.gzip_flag = IGZIP_GZIP;
  impl_->stream.flush = NO_FLUSH;
}

Gzip::~Gzip() = default;

void Gzip::add(std::string_view piece) {
  // The library takes a pointer to non-const but does not write through it.
  impl_->stream.next_in =
      const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(piece.data()));  // NOLINT
  impl_->stream.avail_in = static_cast<std::uint32_t>(piece.size());
  impl_->run();
}

std::string Gzip::finish() {
  impl_->stream.avail_in = 0;
  impl_->stream.end_of_stream = 1;
  impl_->run();
  return std::move(impl_->out);
}

}  // namespace puppis::net
