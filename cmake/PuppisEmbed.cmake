# puppis_embed(ROOM FILE NAMESPACE FUNCTION): the text of FILE (relative to the source tree) becomes part of the room's
# library, as `std::string_view NAMESPACE::FUNCTION()`.
function(puppis_embed room file namespace function)
  if(NOT TARGET puppis_${room})
    return()
  endif()
  set(out ${CMAKE_BINARY_DIR}/embedded/${room}_${function}.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_SOURCE_DIR}/${file} -DOUT=${out} -DNAMESPACE=${namespace}
            -DFUNCTION=${function} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake VERBATIM)
  target_sources(puppis_${room} PRIVATE ${out})
endfunction()
