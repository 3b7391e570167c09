// SPDX-License-Identifier: Apache-2.0
#include "cue/builtin/builtin.h"
#include "cue/compile/compiler.h"
#include "cue/eval/builtin.h"
#include "cue/syntax/literal.h"
#include "cue/syntax/parse.h"

// The standard packages as Programs: a struct of functions, with the constants and declarations that are CUE
// text.

namespace puppis::cue {

namespace {

eval::Builtin* makeFunction(CompiledProgram& program, const builtin::Package& package,
                            const builtin::Function& f) {
  auto* out = program.arena.make<eval::Builtin>();
  out->name = f.name;
  out->package = package.path;
  std::span<eval::BuiltinParam> params{program.arena.array<eval::BuiltinParam>(f.params.size()),
                                       f.params.size()};
  for (std::size_t i = 0; i < f.params.size(); ++i) {
    params[i] = {f.params[i].kinds, f.params[i].passing, f.params[i].fallback};
  }
  out->params = params;
  out->result = f.result;
  out->nonConcrete = f.nonConcrete;
  out->function = &f;
  return out;
}

std::shared_ptr<const Program> makePackage(Runtime& runtime, const builtin::Package& package) {
  std::string text;
  for (const builtin::Constant& c : package.constants) {
    text += quoteLabel(c.name);
    text += ": ";
    text += c.literal;
    text += '\n';
  }
  text += package.source;
  CompileOptions options;
  options.importPath = package.path;
  Compiler compiler(runtime, options);
  auto file = parse(SourceFile::make("<package " + std::string(package.path) + ">", text));
  if (!file) return nullptr;
  std::vector<std::shared_ptr<const File>> files{*file};
  compiler.files(files);
  auto program = compiler.finish();
  if (!program) return nullptr;
  std::shared_ptr<CompiledProgram> out = *program;
  auto* functions = out->arena.make<ir::StructLit>();
  std::span<ir::Decl*> decls{out->arena.array<ir::Decl*>(package.functions.size()), package.functions.size()};
  for (std::size_t i = 0; i < package.functions.size(); ++i) {
    auto* field = out->arena.make<ir::Field>();
    field->label = Feature(LabelType::String, runtime.impl().symbols.intern(package.functions[i].name));
    field->value = makeFunction(*out, package, package.functions[i]);
    decls[i] = field;
  }
  functions->decls = decls;
  functions->isFile = true;
  out->roots.insert(out->roots.begin(), functions);
  return out;
}

}  // namespace

std::shared_ptr<const Program> standardPackage(Runtime& runtime, std::string_view path) {
  const builtin::Package* package = builtin::findPackage(path);
  if (package == nullptr) return nullptr;
  Runtime::Impl& impl = runtime.impl();
  std::lock_guard lock(impl.packagesMutex);
  std::shared_ptr<const Program>& known = impl.standard[std::string(path)];
  if (known == nullptr) known = makePackage(runtime, *package);
  return known;
}

}  // namespace puppis::cue
