#pragma once

// The flat interface of compiled models, for C and for what calls C. Nothing throws through it.
// Structs begin with their size: set `struct_size` to sizeof the struct, so that later versions can
// add fields at the end. Handles may be used from several threads, a session from one at a time.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lithe_artifact;
typedef struct lithe_model lithe_model;
typedef struct lithe_session lithe_session;

typedef enum lithe_status {
    lithe_status_ok = 0,
    lithe_status_user_error = 1,     /* the caller can mend it: a wrong shape, a damaged file */
    lithe_status_internal_error = 2, /* a mistake in lithe */
    lithe_status_out_of_memory = 3,
    lithe_status_other_error = 4 /* thrown by somebody else's code: a hook, an executor */
} lithe_status;

/* What went wrong. Functions take a pointer to one, or null; they write it in every case. */
typedef struct lithe_error {
    uint32_t struct_size;
    int32_t status; /* a lithe_status */
    char id[56];    /* stable, for programs: "input.size" */
    char text[4032];
} lithe_error;

/* The numbers of lithe::DType. */
typedef enum lithe_dtype {
    lithe_dtype_f32 = 0,
    lithe_dtype_f64 = 1,
    lithe_dtype_i64 = 2,
    lithe_dtype_i32 = 3,
    lithe_dtype_u8 = 4,
    lithe_dtype_bool = 5,
    lithe_dtype_f16 = 6,
    lithe_dtype_bf16 = 7,
    lithe_dtype_i8 = 8,
    lithe_dtype_i16 = 9
} lithe_dtype;

/* Somebody's tensor: dense, row-major. */
typedef struct lithe_tensor {
    uint32_t struct_size;
    int32_t dtype; /* a lithe_dtype */
    void* data;    /* only read where it is an input */
    const int64_t* shape;
    size_t rank;
} lithe_tensor;

typedef struct lithe_named_tensor {
    uint32_t struct_size;
    const char* name;
    lithe_tensor tensor;
} lithe_named_tensor;

/* A call of a module, as a hook sees it. What it writes into the tensors is what the model goes on
   with. */
typedef struct lithe_hook_call {
    uint32_t struct_size;
    const char* path;
    const char* class_name;
    const lithe_tensor* inputs;
    size_t input_count;
    const lithe_tensor* outputs; /* none in a forward-pre hook */
    size_t output_count;
} lithe_hook_call;

typedef void (*lithe_hook)(void* user, const lithe_hook_call* call);
typedef void (*lithe_visitor)(void* user, const lithe_named_tensor* tensor);

typedef enum lithe_listing {
    lithe_listing_state_dict = 0,
    lithe_listing_parameters = 1,
    lithe_listing_buffers = 2
} lithe_listing;

/* The C++ class Model (runtime/model.h) tells what each of these does. */
lithe_status lithe_model_create(const struct lithe_artifact* artifact, const char* weights_path,
                                lithe_model** model, lithe_error* error);
lithe_status lithe_model_create_from_tensors(const struct lithe_artifact* artifact,
                                             const lithe_named_tensor* tensors, size_t count,
                                             lithe_model** model, lithe_error* error);
/* Null is fine. Sessions go on with what they have. */
void lithe_model_destroy(lithe_model* model);

lithe_status lithe_model_load_state_dict(lithe_model* model, const char* path, int strict,
                                         lithe_error* error);
lithe_status lithe_model_load_tensors(lithe_model* model, const lithe_named_tensor* tensors,
                                      size_t count, int strict, lithe_error* error);
lithe_status lithe_model_save_state_dict(const lithe_model* model, const char* path,
                                         lithe_error* error);
/* The same with SaveOptions::with_prepared. */
lithe_status lithe_model_save_with_prepared(const lithe_model* model, const char* path,
                                            lithe_error* error);
/* Calls `visit` for every tensor, in PyTorch's order; its argument is valid during the call. */
lithe_status lithe_model_visit(const lithe_model* model, lithe_listing listing, lithe_visitor visit,
                               void* user, lithe_error* error);

lithe_status lithe_model_train(lithe_model* model, int on, lithe_error* error);
/* Runs use a pool of so many threads, the calling one included; not while a run is under way. */
lithe_status lithe_model_set_threads(lithe_model* model, int count, lithe_error* error);

lithe_status lithe_model_register_forward_pre_hook(lithe_model* model, const char* path,
                                                   lithe_hook hook, void* user, uint64_t* id,
                                                   lithe_error* error);
lithe_status lithe_model_register_forward_hook(lithe_model* model, const char* path,
                                               lithe_hook hook, void* user, uint64_t* id,
                                               lithe_error* error);
/* Does nothing where the hook is removed already. */
lithe_status lithe_model_remove_hook(lithe_model* model, uint64_t id, lithe_error* error);

lithe_status lithe_session_create(const lithe_model* model, lithe_session** session,
                                  lithe_error* error);
void lithe_session_destroy(lithe_session* session);
lithe_status lithe_session_run(lithe_session* session, const lithe_tensor* inputs,
                               size_t input_count, const lithe_tensor* outputs, size_t output_count,
                               lithe_error* error);
/* Writes the shape of output `index` for such inputs, whose data is not read; `rank` holds the room
   in `shape` before and the rank after. */
lithe_status lithe_session_output_shape(lithe_session* session, const lithe_tensor* inputs,
                                        size_t input_count, size_t index, int64_t* shape,
                                        size_t* rank, lithe_error* error);
lithe_status lithe_session_set_seed(lithe_session* session, uint64_t seed, lithe_error* error);

#ifdef __cplusplus
}
#endif
