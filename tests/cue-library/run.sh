#!/usr/bin/env bash
# Installs libpuppis_cue into an empty prefix, moves that elsewhere, and builds and runs examples/cue-library against it,
# through CMake's find_package and through pkg-config: nothing of the source or build tree is seen.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${PUPPIS_BUILD:-build/release}
[ -f "$build/library/libpuppis_cue.a" ] || cmake --build "$build" --target puppis_cue_library >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --component cue-library --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"
cp -r "$work"/prefix/share/doc/puppis/examples/cue-library "$work/example"
if grep -rIl -e "$PWD" -e "$work/first" "$work/prefix" | grep -v '\.a$'; then
  echo "the installed files above name the place they were built in or installed to" >&2
  exit 1
fi

cmake -S "$work/example" -B "$work/cmake" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/cmake" | tail -n 1
"$work/cmake/tour" >"$work/cmake.txt"
diff tests/cue-library/expected.txt "$work/cmake.txt"

export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
# shellcheck disable=SC2046
g++ -std=c++20 $(pkg-config --cflags puppis_cue) "$work/example/tour.cpp" $(pkg-config --libs puppis_cue) -o "$work/tour"
"$work/tour" >"$work/pkg.txt"
diff tests/cue-library/expected.txt "$work/pkg.txt"
echo "the example builds and runs against the installed library (find_package and pkg-config)"
