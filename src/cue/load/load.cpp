// SPDX-License-Identifier: Apache-2.0
#include "cue/load/load.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "cue/load/embed.h"
#include "cue/load/injection.h"
#include "cue/load/paths.h"
#include "cue/load/tags.h"
#include "cue/syntax/literal.h"
#include "cue/syntax/parse.h"

namespace puppis::cue {

namespace {

constexpr std::string_view kSuffix = ".cue";

Error notFound(const std::string& what) {
  return Error(ErrorCode::NotFound, "cannot find package \"" + what + "\"");
}

Error unnamedPackage(const std::string& path) {
  return Error(ErrorCode::InvalidArgument, "cannot determine package name for \"" + path + "\"")
      .expected("the name behind a colon");
}

/// Several packages where one was asked for.
Error severalPackages(const std::string& directory, const std::string& a, const std::string& fileA,
                      const std::string& b, const std::string& fileB) {
  return Error(ErrorCode::InvalidArgument, "found packages \"" + a + "\" (" + fileA + ") and \"" + b +
                                               "\" (" + fileB + ") in \"" + directory + "\"")
      .expected("one package, or its name behind a colon");
}

/// Nothing, the only error, or one that lists them all.
Status gathered(std::vector<Error> errors) {
  if (errors.empty()) return {};
  if (errors.size() == 1) return fail(std::move(errors.front()));
  Error all(errors.front().code(), std::to_string(errors.size()) + " errors");
  for (Error& error : errors) all.detail(std::move(error));
  return fail(std::move(all));
}

/// The value of the string field at a path of names in a file; empty when there is none.
std::string stringField(const File& file, const std::vector<std::string>& path) {
  std::span<Decl*> decls = file.decls;
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    const Expr* value = nullptr;
    for (const Decl* decl : decls) {
      const auto* field = decl->as<Field>();
      const auto* name = field == nullptr ? nullptr : field->label->as<Ident>();
      if (name != nullptr && name->name == path[depth]) value = field->value;
    }
    if (value == nullptr) return {};
    if (const auto* literal = value->as<StructLit>()) {
      decls = literal->elements;
      continue;
    }
    const auto* text = value->as<BasicLit>();
    if (text == nullptr || depth + 1 != path.size()) return {};
    const auto unquoted = unquote(text->text);
    return unquoted ? unquoted->text : std::string();
  }
  return {};
}

}  // namespace

/// A file that may become part of a package.
struct Candidate {
  std::string path;
  std::shared_ptr<File> file;
  std::string package;  ///< "_" without a clause
};

/// All that is known of one package while its directories are read.
struct PackageFiles {
  std::string name;
  std::vector<Candidate> files;
  std::vector<DataFile> dataFiles;
};

struct Loader::Impl {
  Impl(Files& fs, LoadOptions opts) : files(fs), options(std::move(opts)), tags(options.tags) {
    tags.setVariables(options.variables);
    findModule();
  }

  void findModule();
  [[nodiscard]] std::string shown(const std::string& path) const {
    return relativePath(options.directory, path);
  }
  Result<std::shared_ptr<const SourceFile>> read(const std::string& path);
  Result<std::shared_ptr<File>> parseFile(const std::string& path);
  Result<std::vector<PackageFiles>> readDirectory(const std::string& directory, const std::string& wanted,
                                                  bool anonymous);
  Status addParents(PackageFiles& package, const std::string& directory, const std::string& top);
  Result<std::vector<Instance>> loadPackages(const std::string& argument);
  Result<std::vector<Instance>> loadDirectory(const std::string& directory, const std::string& shownAs,
                                              const std::string& name, bool optional);
  Status loadTree(const std::string& root, const std::string& name, std::vector<Instance>& out);
  Result<Instance> loadFiles(const std::vector<InputFile>& list);
  Result<Instance> instanceOf(PackageFiles package, const std::string& directory);
  [[nodiscard]] bool isInNestedModule(const std::string& directory) const;
  [[nodiscard]] std::string importPathOf(const std::string& directory, const std::string& package) const;
  Result<std::vector<std::shared_ptr<const File>>> importFiles(const ImportPath& path);
  Result<std::shared_ptr<const Program>> import(Runtime& runtime, std::string_view importPath);

  Files& files;
  LoadOptions options;
  Tags tags;
  Module module;
  std::optional<Error> fault;              ///< why the module cannot be used
  std::vector<std::shared_ptr<File>> own;  ///< files that take tags
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<const Program>> programs;
  std::vector<std::string> importing;
};

void Loader::Impl::findModule() {
  std::string directory = options.directory;
  for (;;) {
    const std::string marker = joinPath(directory, "cue.mod");
    if (files.isDirectory(marker)) {
      module.root = directory;
      auto text = files.read(joinPath(marker, "module.cue"));
      if (!text) return;
      auto file = parse(SourceFile::make(joinPath(marker, "module.cue"), *text));
      if (!file) {
        fault = file.error();
        return;
      }
      module.path = parseImportPath(stringField(**file, {"module"})).path;
      module.languageVersion = stringField(**file, {"language", "version"});
      if (!module.path.empty() && module.languageVersion.empty()) {
        fault = Error(ErrorCode::InvalidArgument, "no language version declared in module.cue")
                    .expected("language: version: \"v0.17.0\"");
      }
      return;
    }
    const std::string parent = parentPath(directory);
    if (parent == directory) return;
    directory = parent;
  }
}

Result<std::shared_ptr<const SourceFile>> Loader::Impl::read(const std::string& path) {
  if (path == "-") return SourceFile::make("-", options.standardInput);
  auto text = files.read(path);
  if (!text) {
    return fail(Error(text.error().code(), "open " + shown(path) + ": " +
                                               (text.error().code() == ErrorCode::NotFound
                                                    ? std::string("no such file or directory")
                                                    : text.error().message())));
  }
  return SourceFile::make(shown(path), std::move(*text));
}

Result<std::shared_ptr<File>> Loader::Impl::parseFile(const std::string& path) {
  TRY(auto source, read(path));
  ParseOptions parseOptions;
  parseOptions.languageVersion = module.languageVersion;
  return parseEditable(std::move(source), parseOptions);
}

/// The packages of one directory; `wanted` is a package's name, "*" for all, or empty for the only one.
Result<std::vector<PackageFiles>> Loader::Impl::readDirectory(const std::string& directory,
                                                              const std::string& wanted, bool anonymous) {
  std::vector<PackageFiles> out;
  TRY(const std::vector<std::string> names, files.list(directory));
  PackageFiles data;
  std::vector<Error> errors;
  const auto packageNamed = [&](const std::string& name) -> PackageFiles& {
    for (PackageFiles& each : out) {
      if (each.name == name) return each;
    }
    out.push_back({name, {}, {}});
    return out.back();
  };
  for (const std::string& name : names) {
    if (name.ends_with('/')) continue;
    const std::string path = joinPath(directory, name);
    if (!name.ends_with(kSuffix)) {
      auto input = cue::parseFile(name, Encoding::Cue);
      if (!input || !options.dataFiles || name.starts_with('.')) continue;
      input->path = path;
      TRY(auto source, read(path));
      data.dataFiles.push_back({*input, std::move(source)});
      continue;
    }
    if (name.starts_with('.') || name.starts_with('_')) continue;
    auto parsed = parseFile(path);
    if (!parsed) {
      errors.push_back(parsed.error());
      continue;
    }
    const std::shared_ptr<File> file = *parsed;
    std::string package(file->packageName());
    if (package.empty()) package = "_";
    if (package == "_" && !anonymous) continue;
    if (wanted != "*" && !wanted.empty() && package != wanted) continue;
    if (!options.allFiles) {
      TRY(const bool takes, tags.takesPart(*file, true));
      if (!takes) continue;
    }
    if (name.ends_with("_tool.cue") && !options.tools) continue;
    if (name.ends_with("_test.cue") && !options.tests) continue;
    packageNamed(package).files.push_back({path, file, package});
  }
  TRY_VOID(gathered(std::move(errors)));
  if (!data.dataFiles.empty()) {
    if (out.empty()) out.push_back({"", {}, {}});
    out.front().dataFiles = std::move(data.dataFiles);
  }
  return out;
}

/// The files of the same package in the directories above, up to `top`: they are part of it.
Status Loader::Impl::addParents(PackageFiles& package, const std::string& directory, const std::string& top) {
  if (package.name.empty() || package.name == "_" || top.empty()) return {};
  std::string at = directory;
  while (at != top) {
    const std::string parent = parentPath(at);
    if (parent == at) break;
    at = parent;
    TRY(auto above, readDirectory(at, package.name, false));
    for (PackageFiles& each : above) {
      if (each.name != package.name) continue;
      for (Candidate& file : each.files) package.files.push_back(std::move(file));
    }
  }
  return {};
}

std::string Loader::Impl::importPathOf(const std::string& directory, const std::string& package) const {
  if (module.path.empty() || !isWithin(directory, module.root)) return {};
  std::string out = module.path + directory.substr(module.root.size());
  if (package.empty() || package == "_") return out;
  return parseImportPath(out).qualifier == package ? out : out + ":" + package;
}

Result<Instance> Loader::Impl::instanceOf(PackageFiles package, const std::string& directory) {
  Instance out;
  out.packageName = package.name == "_" ? "" : package.name;
  out.directory = directory;
  out.importPath = importPathOf(directory, out.packageName);
  out.dataFiles = std::move(package.dataFiles);
  // Files of an upper directory come first, those of one directory by name.
  std::stable_sort(package.files.begin(), package.files.end(), [](const Candidate& a, const Candidate& b) {
    const auto depth = [](const std::string& path) { return std::count(path.begin(), path.end(), '/'); };
    return depth(a.path) != depth(b.path) ? depth(a.path) < depth(b.path) : a.path < b.path;
  });
  std::vector<Error> errors;
  for (Candidate& file : package.files) {
    for (Error& error : embedFiles(files, *file.file, parentPath(file.path), !module.path.empty())) {
      errors.push_back(std::move(error));
    }
    own.push_back(file.file);
    out.files.push_back(std::move(file.file));
  }
  TRY_VOID(gathered(std::move(errors)));
  return out;
}

/// The package or packages of a directory. `optional`: a directory without any is no error.
Result<std::vector<Instance>> Loader::Impl::loadDirectory(const std::string& directory,
                                                          const std::string& shownAs, const std::string& name,
                                                          bool optional) {
  std::vector<Instance> out;
  if (!files.isDirectory(directory)) {
    if (files.exists(directory)) {
      return fail(ErrorCode::InvalidArgument, shownAs + " is a file and not a package directory");
    }
    return fail(notFound(shownAs));
  }
  const bool all = name == "*";
  TRY(auto packages, readDirectory(directory, name, all || name == "_"));
  if (!all && packages.size() > 1) {
    return fail(severalPackages(shown(directory), packages[0].name, fileName(packages[0].files[0].path),
                                packages[1].name, fileName(packages[1].files[0].path)));
  }
  if (packages.empty()) {
    if (optional) return out;
    TRY(const auto unnamed, readDirectory(directory, "_", true));
    if (unnamed.empty()) {
      return fail(Error(ErrorCode::NotFound,
                        name.empty() ? "no CUE files in " + shownAs
                                     : "no files in package directory with package name \"" + name + "\""));
    }
    Error error(ErrorCode::InvalidArgument, "build constraints exclude all CUE files in " + shownAs);
    for (const Candidate& file : unnamed[0].files) {
      error.detail(Error(ErrorCode::InvalidArgument, shown(file.path) + ": no package name"));
    }
    return fail(std::move(error));
  }
  std::sort(packages.begin(), packages.end(),
            [](const PackageFiles& a, const PackageFiles& b) { return a.name < b.name; });
  for (PackageFiles& package : packages) {
    TRY_VOID(addParents(package, directory, isWithin(directory, module.root) ? module.root : std::string()));
    TRY(Instance instance, instanceOf(std::move(package), directory));
    out.push_back(std::move(instance));
  }
  return out;
}

/// Whether a directory belongs to another module, one below this one.
bool Loader::Impl::isInNestedModule(const std::string& directory) const {
  if (module.root.empty() || !isWithin(directory, module.root)) return false;
  for (std::string at = directory; at != module.root; at = parentPath(at)) {
    if (files.isDirectory(joinPath(at, "cue.mod"))) return true;
  }
  return false;
}

Status Loader::Impl::loadTree(const std::string& root, const std::string& name, std::vector<Instance>& out) {
  TRY(auto here, loadDirectory(root, shown(root), name, true));
  for (Instance& each : here) out.push_back(std::move(each));
  TRY(const std::vector<std::string> names, files.list(root));
  for (const std::string& entry : names) {
    if (!entry.ends_with('/')) continue;
    const std::string directory = entry.substr(0, entry.size() - 1);
    if (directory.starts_with('.') || directory.starts_with('_') || directory == "testdata" ||
        directory == "cue.mod") {
      continue;
    }
    const std::string path = joinPath(root, directory);
    if (files.isDirectory(joinPath(path, "cue.mod"))) continue;  // a module of its own
    TRY_VOID(loadTree(path, name, out));
  }
  return {};
}

Result<std::vector<Instance>> Loader::Impl::loadPackages(const std::string& argument) {
  ImportPath parts = parseImportPath(argument);
  if (parts.path.empty()) parts.path = ".";  // ":name"
  std::string name = parts.explicitQualifier ? parts.qualifier : options.package;
  const bool local = parts.path == "." || parts.path == ".." || parts.path.starts_with("./") ||
                     parts.path.starts_with("../") || parts.path.starts_with('/');
  std::string directory;
  std::string path = parts.path;
  const std::size_t dots = path.find("...");
  const bool tree = dots != std::string::npos;
  if (tree) path = path.substr(0, dots);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (local) {
    directory = joinPath(options.directory, path);
    if (isInNestedModule(directory)) {
      return fail(ErrorCode::InvalidArgument,
                  "cannot determine import path for \"" + argument + "\" (directory is in a nested module)");
    }
  } else if (!module.path.empty() && (path == module.path || path.starts_with(module.path + "/"))) {
    directory = joinPath(module.root, "./" + path.substr(module.path.size()));
    if (isInNestedModule(directory)) return fail(notFound(argument));
    if (!parts.explicitQualifier && !tree) {
      if (parts.qualifier.empty()) return fail(unnamedPackage(argument));
      name = parts.qualifier;
    }
  } else {
    if (tree) {
      return fail(ErrorCode::InvalidArgument,
                  "pattern not allowed in external package path \"" + argument + "\"");
    }
    TRY(auto list, importFiles(parts));
    Instance instance;
    instance.importPath = argument;
    instance.packageName = parts.qualifier;
    instance.files = std::move(list);
    return std::vector<Instance>{std::move(instance)};
  }
  if (!tree) return loadDirectory(directory, argument, name, false);
  std::vector<Instance> out;
  TRY_VOID(loadTree(directory, name.empty() && options.package.empty() ? "" : name, out));
  if (out.empty()) return fail(ErrorCode::NotFound, "\"" + argument + "\" matched no packages");
  return out;
}

/// The files named on the command line are one instance, whatever directory they are in.
Result<Instance> Loader::Impl::loadFiles(const std::vector<InputFile>& list) {
  PackageFiles package;
  package.name = "_";
  std::string firstFile;
  std::vector<Error> errors;
  for (const InputFile& input : list) {
    InputFile file = input;
    if (file.path != "-") file.path = joinPath(options.directory, file.path);
    if (file.encoding != Encoding::Cue) {
      TRY(auto source, read(file.path));
      package.dataFiles.push_back({file, std::move(source)});
      continue;
    }
    auto parsed = parseFile(file.path);
    if (!parsed) {
      errors.push_back(parsed.error());
      continue;
    }
    const std::shared_ptr<File> tree = *parsed;
    const std::string name(tree->packageName());
    if (!options.allFiles) {
      TRY(const bool takes, tags.takesPart(*tree, true));
      if (!takes) continue;
    }
    if (!name.empty() && package.name == "_") {
      package.name = name;
      firstFile = fileName(file.path);
    } else if (!name.empty() && name != package.name && options.package != "*") {
      return fail(severalPackages(options.directory, package.name, firstFile, name, fileName(file.path)));
    }
    package.files.push_back({file.path, tree, name});
  }
  TRY_VOID(gathered(std::move(errors)));
  TRY(Instance out, instanceOf(std::move(package), options.directory));
  out.userFiles = true;
  out.importPath.clear();
  return out;
}

/// The files of an imported package: of this module, or of cue.mod/gen, pkg and usr together.
Result<std::vector<std::shared_ptr<const File>>> Loader::Impl::importFiles(const ImportPath& path) {
  if (module.root.empty()) {
    return fail(ErrorCode::NotFound, "imports are unavailable because there is no cue.mod/module.cue file");
  }
  if (path.qualifier.empty()) {
    return fail(unnamedPackage(path.path));
  }
  std::vector<std::pair<std::string, std::string>> places;  // directory and how far up its package reaches
  if (path.path == module.path || path.path.starts_with(module.path + "/")) {
    places.emplace_back(joinPath(module.root, "./" + path.path.substr(module.path.size())), module.root);
  } else {
    for (const char* kind : {"gen", "pkg", "usr"}) {
      const std::string top = joinPath(joinPath(module.root, "cue.mod"), kind);
      places.emplace_back(joinPath(top, path.path), top);
    }
  }
  PackageFiles all;
  all.name = path.qualifier;
  bool found = false;
  for (const auto& [directory, top] : places) {
    if (!files.isDirectory(directory)) continue;
    // What is vendored brings its own module file along.
    if (top == module.root && isInNestedModule(directory)) continue;
    found = true;
    TRY(auto packages, readDirectory(directory, path.qualifier, false));
    for (PackageFiles& package : packages) {
      TRY_VOID(addParents(package, directory, top));
      for (Candidate& file : package.files) all.files.push_back(std::move(file));
    }
  }
  if (!found) return fail(notFound(path.path));
  if (all.files.empty()) {
    return fail(ErrorCode::NotFound,
                "no files in package directory with package name \"" + path.qualifier + "\"");
  }
  TRY(Instance instance, instanceOf(std::move(all), places.front().first));
  return std::move(instance.files);
}

Result<std::shared_ptr<const Program>> Loader::Impl::import(Runtime& runtime, std::string_view importPath) {
  const std::string key(importPath);
  {
    const std::lock_guard lock(mutex);
    if (const auto known = programs.find(key); known != programs.end()) return known->second;
    if (std::find(importing.begin(), importing.end(), key) != importing.end()) {
      return fail(ErrorCode::InvalidArgument, "package import cycle not allowed: \"" + key + "\"");
    }
    importing.push_back(key);
  }
  const auto load = [&]() -> Result<std::shared_ptr<const Program>> {
    TRY(const auto list, importFiles(parseImportPath(importPath)));
    CompileOptions compileOptions;
    compileOptions.importPath = key;
    return runtime.compile(list, compileOptions);
  };
  auto out = load();
  const std::lock_guard lock(mutex);
  std::erase(importing, key);
  if (out) programs[key] = *out;
  return out;
}

Loader::Loader(Files& files, LoadOptions options)
    : impl_(std::make_shared<Impl>(files, std::move(options))) {}
Loader::~Loader() = default;

const Module& Loader::module() const {
  return impl_->module;
}

Result<std::vector<Instance>> Loader::load(const std::vector<std::string>& arguments) {
  if (impl_->fault) return fail(*impl_->fault);
  TRY(const InputArguments inputs,
      parseInputs(arguments.empty() ? std::vector<std::string>{"."} : arguments));
  std::vector<Instance> out;
  for (const std::string& package : inputs.packages) {
    TRY(auto instances, impl_->loadPackages(package));
    for (Instance& instance : instances) out.push_back(std::move(instance));
  }
  if (!inputs.files.empty()) {
    TRY(Instance instance, impl_->loadFiles(inputs.files));
    out.push_back(std::move(instance));
  }
  std::vector<Error> errors;
  for (const Instance& instance : out) {
    for (Error& error : checkInjections(instance.files)) errors.push_back(std::move(error));
  }
  TRY_VOID(gathered(std::move(errors)));
  TRY_VOID(impl_->tags.inject(impl_->own));
  return out;
}

Importer Loader::importer(std::weak_ptr<Runtime> runtime) {
  return [impl = impl_, runtime](std::string_view importPath) -> Result<std::shared_ptr<const Program>> {
    const auto strong = runtime.lock();
    if (strong == nullptr) return fail(ErrorCode::Internal, "the runtime is gone");
    return impl->import(*strong, importPath);
  };
}

}  // namespace puppis::cue
