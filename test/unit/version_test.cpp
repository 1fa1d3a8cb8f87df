#include "core/version.h"

#include <gtest/gtest.h>

namespace contacts {
namespace {

TEST(Version, LoadedLibraries) {
    const LibraryVersions versions = LoadedVersions();
    // Both may be missing, with a static or a reticent library; if not, they are what they say.
    EXPECT_EQ(versions.libphonenumber.value_or("8").find_first_not_of("0123456789."), std::string::npos);
    EXPECT_EQ(versions.phone_metadata.value_or("0123456789abcdef").size(), 16u);
    EXPECT_FALSE(versions.icu.empty());
    EXPECT_FALSE(versions.unicode.empty());
    EXPECT_FALSE(versions.cldr.empty());
    EXPECT_EQ(LoadedVersions().phone_metadata, versions.phone_metadata);
}

}  // namespace
}  // namespace contacts
