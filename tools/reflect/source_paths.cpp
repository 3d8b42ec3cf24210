#include "tools/reflect/source_paths.h"

#include "clang/Basic/FileEntry.h"

namespace lithe::reflect {

SourcePaths::SourcePaths(const clang::SourceManager& sources,
                         std::vector<std::string> skipped_prefixes)
    : sources_(sources), skipped_prefixes_(std::move(skipped_prefixes)) {}

bool SourcePaths::is_skipped(clang::SourceLocation location) {
    const clang::FileID file = sources_.getFileID(sources_.getExpansionLoc(location));
    const auto [known, is_new] = skipped_.try_emplace(file, false);
    if (!is_new) return known->second;

    const clang::OptionalFileEntryRef entry = sources_.getFileEntryRefForID(file);
    if (!entry) return false;
    const llvm::StringRef real_path = entry->getFileEntry().tryGetRealPathName();
    for (const std::string& prefix : skipped_prefixes_) {
        llvm::StringRef rest = real_path;
        const bool starts =
            rest.consume_front(prefix) || (rest = entry->getName()).consume_front(prefix);
        if (starts &&
            (rest.empty() || rest.starts_with("/") || llvm::StringRef(prefix).ends_with("/"))) {
            known->second = true;
        }
    }
    return known->second;
}

bool SourcePaths::is_author(clang::SourceLocation location) {
    return location.isValid() && !sources_.isInSystemHeader(location) && !is_skipped(location);
}

}  // namespace lithe::reflect
