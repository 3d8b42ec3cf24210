#include "runtime/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "runtime/error.h"
#include "runtime/text.h"

namespace lithe {
namespace {

constexpr size_t alignment = 64;
constexpr size_t largest_transfer = size_t{1} << 30;  // the system takes less than 2 GiB at once

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }
    bool close() { return ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

[[noreturn]] void fail(std::string_view id, std::string_view action, const std::string& path,
                       int code) {
    throw UserError(id, concat({"file: cannot ", action, " ", quote(path), ": ",
                                std::generic_category().message(code)}));
}

int open_retrying(const char* path, int flags, mode_t mode = 0) {
    int number;
    do {
        number = ::open(path, flags | O_CLOEXEC, mode);
    } while (number < 0 && errno == EINTR);
    return number;
}

std::byte* allocate(size_t size) {
    return static_cast<std::byte*>(::operator new(size, std::align_val_t{alignment}));
}

void release(std::byte* data) { ::operator delete(data, std::align_val_t{alignment}); }

struct Release {
    void operator()(std::byte* data) const { release(data); }
};

using Buffer = std::unique_ptr<std::byte[], Release>;

/// Reads to the end, however long the file says it is. Sets `size`.
Buffer read_all(const Descriptor& file, const std::string& path, size_t expected, size_t& size) {
    size_t capacity = std::max<size_t>(expected + 1, 4096);
    Buffer buffer(allocate(capacity));
    size = 0;
    for (;;) {
        if (size == capacity) {
            Buffer larger(allocate(capacity * 2));
            std::memcpy(larger.get(), buffer.get(), size);
            buffer = std::move(larger);
            capacity *= 2;
        }
        const size_t wanted = std::min(capacity - size, largest_transfer);
        const ssize_t got = ::read(file.number(), buffer.get() + size, wanted);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("file.read", "read", path, errno);
        if (got == 0) return buffer;
        size += static_cast<size_t>(got);
    }
}

void write_all(const Descriptor& file, const std::string& path,
               std::span<const std::span<const std::byte>> pieces) {
    for (std::span<const std::byte> piece : pieces) {
        while (!piece.empty()) {
            const ssize_t done =
                ::write(file.number(), piece.data(), std::min(piece.size(), largest_transfer));
            if (done < 0 && errno == EINTR) continue;
            if (done < 0) fail("file.write", "write", path, errno);
            piece = piece.subspan(static_cast<size_t>(done));
        }
    }
}

/// Removes the temporary file unless it became the file itself.
class Temporary {
public:
    explicit Temporary(std::string path) : path_(std::move(path)) {}
    ~Temporary() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;

    bool rename_to(const std::string& path) {
        if (std::rename(path_.c_str(), path.c_str()) != 0) return false;
        path_.clear();
        return true;
    }

private:
    std::string path_;
};

/// Makes a new file next to `path`. Sets `name`.
int create_beside(const std::string& path, mode_t mode, std::string& name) {
    for (int attempt = 0;; ++attempt) {
        name = concat({path, ".", decimal(::getpid()), "-", decimal(attempt), ".tmp"});
        const int number = open_retrying(name.c_str(), O_WRONLY | O_CREAT | O_EXCL, mode);
        if (number >= 0 || errno != EEXIST || attempt == 10000) return number;
    }
}

void replace(const std::string& path, mode_t mode, bool exists,
             std::span<const std::span<const std::byte>> pieces) {
    std::string name;
    Descriptor file(create_beside(path, mode, name));
    if (file.number() < 0) fail("file.write", "create a file beside", path, errno);
    Temporary temporary(name);
    if (exists && ::fchmod(file.number(), mode) != 0) fail("file.write", "write", path, errno);
    write_all(file, path, pieces);
    // Else a power failure after the rename can leave an empty file under the final name.
    if (::fsync(file.number()) != 0) fail("file.write", "write", path, errno);
    if (!file.close()) fail("file.write", "write", path, errno);
    if (!temporary.rename_to(path)) fail("file.write", "replace", path, errno);
}

}  // namespace

MappedFile MappedFile::open(const std::string& path) {
    const Descriptor file(open_retrying(path.c_str(), O_RDONLY));
    if (file.number() < 0) fail("file.open", "open", path, errno);
    struct stat status;
    if (::fstat(file.number(), &status) != 0) fail("file.open", "open", path, errno);

    MappedFile result;
    const auto size = static_cast<size_t>(status.st_size);
    if (S_ISREG(status.st_mode) && size > 0) {
        void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (data != MAP_FAILED) {
            result.data_ = static_cast<std::byte*>(data);
            result.size_ = size;
            result.mapped_ = true;
            return result;
        }
    }
    result.data_ = read_all(file, path, 0, result.size_).release();
    return result;
}

MappedFile MappedFile::read(const std::string& path) {
    const Descriptor file(open_retrying(path.c_str(), O_RDONLY));
    if (file.number() < 0) fail("file.open", "open", path, errno);
    struct stat status;
    const bool sized = ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode);
    MappedFile result;
    result.data_ =
        read_all(file, path, sized ? static_cast<size_t>(status.st_size) : 0, result.size_)
            .release();
    return result;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, false)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
    return *this;
}

MappedFile::~MappedFile() {
    if (mapped_) {
        ::munmap(data_, size_);
    } else if (data_ != nullptr) {
        release(data_);
    }
}

void release_pages(std::span<const std::byte> part_of_mapped_file) {
    const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<uintptr_t>(part_of_mapped_file.data());
    const uintptr_t begin = (first + page - 1) / page * page;
    const uintptr_t end = (first + part_of_mapped_file.size()) / page * page;
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void write_file(const std::string& path, std::span<const std::span<const std::byte>> pieces) {
    struct stat status;
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (exists && S_ISDIR(status.st_mode)) fail("file.write", "write", path, EISDIR);
    if (exists && !S_ISREG(status.st_mode)) {
        const Descriptor file(open_retrying(path.c_str(), O_WRONLY));
        if (file.number() < 0) fail("file.write", "write", path, errno);
        return write_all(file, path, pieces);
    }
    if (!exists) return replace(path, 0666, false, pieces);
    const std::unique_ptr<char, void (*)(void*)> target(::realpath(path.c_str(), nullptr),
                                                        std::free);
    if (target == nullptr) fail("file.write", "write", path, errno);
    replace(target.get(), status.st_mode & 07777, true, pieces);
}

void write_file(const std::string& path, std::span<const std::byte> bytes) {
    write_file(path, std::span<const std::span<const std::byte>>(&bytes, 1));
}

}  // namespace lithe
