#include "core/version.h"

#include <dlfcn.h>
#include <phonenumbers/phonenumberutil.h>
#include <unicode/uchar.h>
#include <unicode/ulocdata.h>
#include <unicode/uversion.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/error.h"

// libphonenumber exports these without a header; weak, so that a build of it that does not still loads.
namespace i18n::phonenumbers {
__attribute__((weak)) int metadata_size();
__attribute__((weak)) const void *metadata_get();
}  // namespace i18n::phonenumbers

namespace contacts {
namespace {

// What follows ".so." in the name of the file, links resolved: 8.12 of libphonenumber.so.8.12.
std::optional<std::string> FileVersion(const void *symbol) {
    Dl_info info;
    if (dladdr(symbol, &info) == 0 || !info.dli_fname) return std::nullopt;
    char *resolved = realpath(info.dli_fname, nullptr);
    std::string path = resolved ? resolved : info.dli_fname;
    std::free(resolved);
    path.erase(0, path.rfind('/') + 1);
    const std::size_t mark = path.find(".so.");
    if (!path.starts_with("libphonenumber.") || mark == std::string::npos) return std::nullopt;
    return path.substr(mark + 4);
}

std::string Digest(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

std::string ToText(const UVersionInfo version) {
    char text[U_MAX_VERSION_STRING_LENGTH];
    u_versionToString(version, text);
    return text;
}

}  // namespace

LibraryVersions LoadedVersions() {
    using namespace i18n::phonenumbers;
    LibraryVersions versions;
    versions.libphonenumber = FileVersion(reinterpret_cast<const void *>(&PhoneNumberUtil::GetInstance));
    if (metadata_size && metadata_get)
        versions.phone_metadata =
            Digest({static_cast<const char *>(metadata_get()), static_cast<std::size_t>(metadata_size())});

    UVersionInfo version;
    u_getVersion(version);
    versions.icu = ToText(version);
    u_getUnicodeVersion(version);
    versions.unicode = ToText(version);
    UErrorCode status = U_ZERO_ERROR;
    ulocdata_getCLDRVersion(version, &status);
    if (U_FAILURE(status))
        throw Error(sqlstate::kInternalError,
                    std::string("ICU could not tell its CLDR version: ") + u_errorName(status));
    versions.cldr = ToText(version);
    return versions;
}

}  // namespace contacts
