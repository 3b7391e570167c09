// SPDX-License-Identifier: Apache-2.0
#include "net/http2.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include <nghttp2/nghttp2.h>

#include "base/strings.h"

namespace puppis::net {
namespace {

constexpr std::uint32_t kMostStreams = 1000;
constexpr std::uint32_t kWindow = 1 << 20;
constexpr std::size_t kMostDrained = 128 * 1024;  // at a time: what waits is not copied before it can go

struct Stream {
  ServerRequest request;
  std::size_t headBytes = 0;
  bool tooLarge = false;
  std::string out;       // body bytes not yet taken by nghttp2
  std::size_t sent = 0;  // of `out`
  bool finished = false;
  bool responded = false;
};

}  // namespace

struct Http2Session::Impl {
  Events events;
  HttpLimits limits;
  nghttp2_session* session = nullptr;
  std::unordered_map<std::int32_t, Stream> streams;

  Stream* find(std::int32_t id) {
    auto it = streams.find(id);
    return it == streams.end() ? nullptr : &it->second;
  }

  static int onBeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto* self = static_cast<Impl*>(user);
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
      self->streams[frame->hd.stream_id];
    return 0;
  }

  static int onHeader(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t nameSize, const std::uint8_t* value, std::size_t valueSize, std::uint8_t,
                      void* user) {
    auto* self = static_cast<Impl*>(user);
    Stream* stream = self->find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    std::string key(reinterpret_cast<const char*>(name), nameSize);
    std::string text(reinterpret_cast<const char*>(value), valueSize);
    stream->headBytes += nameSize + valueSize;
    if (stream->headBytes > self->limits.headBytes) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (key == ":method") {
      stream->request.method = std::move(text);
    } else if (key == ":path") {
      std::size_t question = text.find('?');
      stream->request.path = text.substr(0, question);
      if (question != std::string::npos) stream->request.query = text.substr(question + 1);
    } else if (key == ":authority") {
      stream->request.headers.emplace_back("host", std::move(text));
    } else if (key[0] != ':') {
      stream->request.headers.emplace_back(std::move(key), std::move(text));
    }
    return 0;
  }

  static int onData(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                    std::size_t size, void* user) {
    auto* self = static_cast<Impl*>(user);
    Stream* stream = self->find(id);
    if (stream == nullptr || stream->tooLarge) return 0;
    if (stream->request.body.size() + size > self->limits.bodyBytes) {
      stream->tooLarge = true;
      stream->request.body.clear();
      return 0;
    }
    stream->request.body.append(reinterpret_cast<const char*>(data), size);
    return 0;
  }

  static int onFrame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    auto* self = static_cast<Impl*>(user);
    bool endsRequest = (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
                       (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (!endsRequest) return 0;
    Stream* stream = self->find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    if (stream->tooLarge) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_CANCEL);
      return 0;
    }
    self->events.request(frame->hd.stream_id, std::move(stream->request));
    return 0;
  }

  static int onClose(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
    auto* self = static_cast<Impl*>(user);
    if (self->streams.erase(id) != 0) self->events.closed(id);
    return 0;
  }

  static ssize_t onRead(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t room,
                        std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto* self = static_cast<Impl*>(user);
    Stream* stream = self->find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    std::size_t left = stream->out.size() - stream->sent;
    if (left == 0) {
      if (!stream->finished) return NGHTTP2_ERR_DEFERRED;
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      return 0;
    }
    std::size_t size = std::min(left, room);
    std::memcpy(buffer, stream->out.data() + stream->sent, size);
    stream->sent += size;
    if (stream->sent == stream->out.size()) {
      if (stream->out.capacity() > kMostDrained) {
        stream->out = {};
      } else {
        stream->out.clear();
      }
      stream->sent = 0;
      if (stream->finished) *flags |= NGHTTP2_DATA_FLAG_EOF;
    }
    return static_cast<ssize_t>(size);
  }
};

Http2Session::Http2Session(Events events, HttpLimits limits) : impl_(std::make_unique<Impl>()) {
  impl_->events = std::move(events);
  impl_->limits = limits;
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &Impl::onBeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Impl::onHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Impl::onData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Impl::onFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Impl::onClose);
  nghttp2_session_server_new(&impl_->session, callbacks, impl_.get());
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMostStreams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.headBytes)}};
  nghttp2_submit_settings(impl_->session, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(impl_->session, NGHTTP2_FLAG_NONE, 0, kWindow * 4);
}

Http2Session::~Http2Session() {
  nghttp2_session_del(impl_->session);
}

Status Http2Session::feed(std::string_view bytes) {
  ssize_t taken = nghttp2_session_mem_recv(impl_->session,
                                           reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0) return fail(ErrorCode::InvalidArgument, nghttp2_strerror(static_cast<int>(taken)));
  return {};
}

Status Http2Session::drain(std::string& out) {
  while (out.size() < kMostDrained) {
    const std::uint8_t* data = nullptr;
    ssize_t size = nghttp2_session_mem_send(impl_->session, &data);
    if (size < 0) return fail(ErrorCode::Internal, nghttp2_strerror(static_cast<int>(size)));
    if (size == 0) return {};
    out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  return {};
}

void Http2Session::respond(std::int32_t id, int status, const Headers& headers) {
  Stream* stream = impl_->find(id);
  if (stream == nullptr || stream->responded) return;
  stream->responded = true;
  std::string code = std::to_string(status);
  std::vector<nghttp2_nv> fields;
  auto add = [&](const std::string& name, const std::string& value) {
    // nghttp2 copies both; its struct wants pointers to non-const.
    fields.push_back(
        {const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(name.data())),   // NOLINT
         const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(value.data())),  // NOLINT
         name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  };
  static const std::string kStatus = ":status";
  add(kStatus, code);
  for (const auto& [name, value] : headers) {
    if (name != "connection" && name != "transfer-encoding") add(name, value);
  }
  nghttp2_data_provider provider{};
  provider.read_callback = &Impl::onRead;
  nghttp2_submit_response(impl_->session, id, fields.data(), fields.size(), &provider);
}

void Http2Session::write(std::int32_t id, std::string bytes) {
  Stream* stream = impl_->find(id);
  if (stream == nullptr || bytes.empty()) return;
  if (stream->out.empty()) {
    stream->out = std::move(bytes);
  } else {
    stream->out.append(bytes);
  }
  nghttp2_session_resume_data(impl_->session, id);
}

void Http2Session::finish(std::int32_t id) {
  Stream* stream = impl_->find(id);
  if (stream == nullptr) return;
  stream->finished = true;
  nghttp2_session_resume_data(impl_->session, id);
}

std::size_t Http2Session::waiting(std::int32_t id) const {
  const Stream* stream = impl_->find(id);
  return stream == nullptr ? 0 : stream->out.size() - stream->sent;
}

void Http2Session::goAway() {
  nghttp2_submit_goaway(impl_->session, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(impl_->session), NGHTTP2_NO_ERROR, nullptr,
                        0);
}

bool Http2Session::over() const {
  return nghttp2_session_want_read(impl_->session) == 0 && nghttp2_session_want_write(impl_->session) == 0;
}

}  // namespace puppis::net
