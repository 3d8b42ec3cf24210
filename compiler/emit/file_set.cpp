#include "compiler/emit/file_set.h"

#include <filesystem>

#include "runtime/error.h"

namespace lithe::emit {

namespace fs = std::filesystem;

FileSet::~FileSet() {
    std::error_code ignored;
    for (const Entry& entry : entries_) fs::remove(entry.fresh, ignored);
}

void FileSet::add(const std::string& path, const std::function<void(const std::string&)>& write) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(path, error);  // a link stays one
    const std::string target = error ? path : real.string();
    if (fs::exists(target, error) && !fs::is_regular_file(target, error)) {
        throw UserError("emit.write", "emit: cannot write '" + path +
                                          "': something that is no file stands there");
    }
    entries_.push_back({target, target + ".new", target + ".old"});
    write(entries_.back().fresh);
}

void FileSet::move_into_place(Entry& entry) {
    std::error_code error;
    if (fs::exists(entry.path)) {
        fs::rename(entry.path, entry.old, error);
    } else {
        entry.old.clear();
    }
    if (!error) {
        entry.is_moved = true;
        fs::rename(entry.fresh, entry.path, error);
    }
    if (error)
        throw UserError("emit.write",
                        "emit: cannot write '" + entry.path + "': " + error.message());
}

void FileSet::roll_back() {
    std::error_code ignored;
    for (const Entry& entry : entries_) {
        if (!entry.is_moved) continue;
        fs::remove(entry.path, ignored);
        if (!entry.old.empty()) fs::rename(entry.old, entry.path, ignored);
    }
}

void FileSet::commit() {
    try {
        for (Entry& entry : entries_) move_into_place(entry);
    } catch (...) {
        roll_back();
        throw;
    }
    std::error_code ignored;
    for (const Entry& entry : entries_) {
        if (!entry.old.empty()) fs::remove(entry.old, ignored);
    }
    entries_.clear();
}

}  // namespace lithe::emit
