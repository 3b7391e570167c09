# The CUE engine as a library of its own: libpuppis_cue with its headers, a CMake package and a pkg-config file
# (docs/cue-library.md). It is the rooms base, data and cue in one archive, from the objects they are made of anyway.
#
#   cmake --install build/release --component cue-library --prefix DIR

include(CMakePackageConfigHelpers)

set(PUPPIS_CUE_ROOMS base data cue)
set(PUPPIS_CUE_INCLUDE ${CMAKE_INSTALL_INCLUDEDIR}/puppis)
set(PUPPIS_CUE_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/puppis_cue)
# What its users include, and what those headers include in turn.
set(PUPPIS_CUE_HEADERS
  base/arena.h base/error.h base/files.h base/result.h base/source.h base/stack.h
  data/json.h data/value.h data/yaml.h
  cue/cue.h cue/export/export.h cue/export/profile.h cue/export/text.h cue/expression.h cue/format/format.h cue/load/input_file.h cue/load/load.h
  cue/syntax/ast.h cue/syntax/parse.h cue/syntax/token.h)

set(objects "")
foreach(room ${PUPPIS_CUE_ROOMS})
  list(APPEND objects $<TARGET_OBJECTS:puppis_${room}>)
endforeach()
add_library(puppis_cue_library STATIC ${objects})
set_target_properties(puppis_cue_library PROPERTIES
  LINKER_LANGUAGE CXX OUTPUT_NAME puppis_cue EXPORT_NAME cue ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/library)
target_compile_features(puppis_cue_library PUBLIC cxx_std_20)
target_include_directories(puppis_cue_library INTERFACE $<INSTALL_INTERFACE:${PUPPIS_CUE_INCLUDE}>)
target_link_libraries(puppis_cue_library INTERFACE
  tl::expected fmt::fmt Threads::Threads simdjson::simdjson OpenSSL::Crypto ${PUPPIS_FYAML} ${PUPPIS_RE2} ${PUPPIS_UTF8PROC})

install(TARGETS puppis_cue_library EXPORT puppis_cue COMPONENT cue-library
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(header ${PUPPIS_CUE_HEADERS})
  get_filename_component(directory ${header} DIRECTORY)
  install(FILES ${CMAKE_SOURCE_DIR}/src/${header} DESTINATION ${PUPPIS_CUE_INCLUDE}/${directory} COMPONENT cue-library)
endforeach()
install(EXPORT puppis_cue NAMESPACE puppis:: FILE puppis_cue-targets.cmake DESTINATION ${PUPPIS_CUE_PACKAGE}
        COMPONENT cue-library)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/puppis_cue-config.cmake.in
  ${CMAKE_BINARY_DIR}/library/puppis_cue-config.cmake INSTALL_DESTINATION ${PUPPIS_CUE_PACKAGE})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/library/puppis_cue-config-version.cmake
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
# The file finds its prefix from where it lies, so that an installed tree can be moved.
file(RELATIVE_PATH PUPPIS_CUE_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_SOURCE_DIR}/cmake/puppis_cue.pc.in ${CMAKE_BINARY_DIR}/library/puppis_cue.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/library/puppis_cue-config.cmake
              ${CMAKE_BINARY_DIR}/library/puppis_cue-config-version.cmake
        DESTINATION ${PUPPIS_CUE_PACKAGE} COMPONENT cue-library)
install(FILES ${CMAKE_BINARY_DIR}/library/puppis_cue.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT cue-library)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples/cue-library DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT cue-library)
install(FILES ${CMAKE_SOURCE_DIR}/docs/cue-library.md ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR}
        COMPONENT cue-library)
