#include "cue/cue.h"
#include <cstdlib>
namespace puppis::cue {
struct Runtime::Impl {};
Runtime::Runtime() : impl_(std::make_unique<Impl>()) {}
Runtime::~Runtime() = default;
std::shared_ptr<Runtime> Runtime::make() { return std::shared_ptr<Runtime>(new Runtime); }
Result<std::shared_ptr<const Program>> Runtime::compile(std::shared_ptr<const SourceFile>, const CompileOptions&) { std::abort(); }
Value Value::field(const Selector&) const { std::abort(); }
struct Session::Impl {};
Session::Session(std::shared_ptr<Runtime>, Budget) {}
Session::~Session() = default;
Value Session::evaluate(std::shared_ptr<const Program>, std::span<const Binding>) { std::abort(); }
Result<data::Value> Value::toJson() const { std::abort(); }
}
