#pragma once

#include <string>
#include <vector>

#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/DenseMap.h"

namespace lithe::reflect {

/// Tells the author's files from those of the system and of the libraries that are skipped.
class SourcePaths {
public:
    SourcePaths(const clang::SourceManager& sources, std::vector<std::string> skipped_prefixes);

    /// Below a skipped prefix: the classes there are registered by their library.
    bool is_skipped(clang::SourceLocation location);
    /// Neither skipped nor a system header: what is wrong there is the author's to mend.
    bool is_author(clang::SourceLocation location);

private:
    const clang::SourceManager& sources_;
    std::vector<std::string> skipped_prefixes_;
    llvm::DenseMap<clang::FileID, bool> skipped_;
};

}  // namespace lithe::reflect
