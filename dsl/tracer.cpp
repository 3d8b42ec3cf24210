#include "dsl/tracer.h"

#include <execinfo.h>

#include "dsl/value.h"
#include "runtime/error.h"

extern "C" void lithe_note_error();  // what runtime/error.cpp calls

namespace lithe {
namespace {

thread_local Tracer* current_tracer = nullptr;

}  // namespace

Tracer* Tracer::current() { return current_tracer; }

Tracer::Scope::Scope(Tracer* tracer) : previous_(current_tracer) { current_tracer = tracer; }
Tracer::Scope::~Scope() { current_tracer = previous_; }

namespace {

[[noreturn]] void refuse_regions() {
    throw InternalError("trace.regions", "trace: control flow is not recorded here");
}

}  // namespace

std::vector<int64_t> Tracer::begin_region(const TensorTypes&) { refuse_regions(); }
int64_t Tracer::end_region(std::span<const ValuePtr>) { refuse_regions(); }
std::vector<ValuePtr> Tracer::captures(std::span<const int64_t>) { refuse_regions(); }
std::vector<int64_t> Tracer::record_regions(std::string_view, const Attrs&,
                                            std::span<const ValuePtr>, std::span<const int64_t>,
                                            const TensorTypes&) {
    refuse_regions();
}
std::vector<ValuePtr> Tracer::replay(int64_t, std::span<const ValuePtr>) { refuse_regions(); }

std::vector<void*> capture_stack(int most) {
    std::vector<void*> stack(static_cast<size_t>(most));
    stack.resize(static_cast<size_t>(backtrace(stack.data(), most)));
    return stack;
}

}  // namespace lithe

void lithe_note_error() {
    if (lithe::Tracer* tracer = lithe::Tracer::current()) tracer->note_error();
}
