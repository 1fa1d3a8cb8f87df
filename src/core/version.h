// Versions of the libraries that are loaded, as opposed to those the extension was built with.
#pragma once

#include <optional>
#include <string>

namespace contacts {

struct LibraryVersions {
    // From the file name of the loaded library, the only place that has it: nothing when it is linked
    // statically.
    std::optional<std::string> libphonenumber;
    // Digest (FNV-1a, 64 bits, hexadecimal) of the numbering plans compiled into libphonenumber:
    // distributions exchange them without changing the library's version. Nothing when the library keeps them
    // to itself.
    std::optional<std::string> phone_metadata;
    std::string icu;
    std::string unicode;
    std::string cldr;
};

LibraryVersions LoadedVersions();

}  // namespace contacts
