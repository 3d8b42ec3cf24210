#pragma once

#include <functional>
#include <string>
#include <vector>

namespace lithe::emit {

/// Files that replace what stood in their places all together or not at all.
class FileSet {
public:
    FileSet() = default;
    FileSet(const FileSet&) = delete;
    FileSet& operator=(const FileSet&) = delete;
    ~FileSet();  ///< drops what was not committed

    /// Calls `write` with the path of a new file beside `path`. Errors: emit.write where something
    /// other than a file stands there; those of `write`.
    void add(const std::string& path, const std::function<void(const std::string&)>& write);

    /// Moves every file into its place. Errors: emit.write, and then the old files are back.
    void commit();

private:
    struct Entry {
        std::string path, fresh, old;
        bool is_moved = false;
    };
    void move_into_place(Entry& entry);
    void roll_back();

    std::vector<Entry> entries_;
};

}  // namespace lithe::emit
