/* gdal.c - fedtwin-gdal: a raster of any format that GDAL knows, as numbers
 *
 *     fedtwin-gdal [OPTION VALUE]... OUT FILE...
 *
 * A program of its own, because libgdal brings HDF5 without MPI, which cannot
 * be in one process with the solvers' HDF5.  OUT begins with the five lines
 *
 *     NX NY X Y DX DY     first point in the south-west, spacing
 *     UNIT                of the values, may be empty
 *     UNIT                of the coordinates, may be empty
 *     NAME                CF's grid_mapping_name, may be empty
 *     WKT                 of the CRS, may be empty
 *
 * and goes on with NX x NY numbers (binary, double), rows from south to north,
 * NaN where there is no data.  Several files become one mosaic.  On failure
 * one line on standard error says why.
 */
#include <errno.h>
#include <gdal.h>
#include <gdal_utils.h>
#include <math.h>
#include <ogr_srs_api.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>
#include <cpl_string.h>

#define MAX_POINTS (INT64_C(1) << 31)
#define SHEAR 1e-9 /* of a spacing: what counts as upright */

/* What is read: rasters that are one file each and name no others. */
static const char *const drivers[] = { "GTiff", "COG", "AAIGrid", "HFA",
                                       "netCDF", "PNG", "SRTMHGT", NULL };

struct job {
    const char *band, *crs, *source_crs, *resolution, *resampling;
    const char *window; /* "XMIN YMIN XMAX YMAX" */
    const char *out;
    char **file;
    int n_files;
    char unit[64]; /* of the values */
};

static int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int fail(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return -1;
}

static int gdal_failed(const char *what, const char *name)
{
    const char *why = CPLGetLastErrorMsg();

    return fail("cannot %s '%s': %s", what, name,
                why && *why ? why : "GDAL does not say why");
}

/* --- which raster --------------------------------------------------------- */

static GDALDatasetH open_file(const char *path)
{
    return GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY, drivers, NULL,
                      NULL);
}

/* The file in the CRS that the user says; the file itself is left alone. */
static GDALDatasetH in_crs(const struct job *job, GDALDatasetH from,
                           const char *name)
{
    char **arg = CSLAddString(CSLAddString(NULL, "-of"), "VRT");
    GDALTranslateOptions *options;
    GDALDatasetH to = NULL;

    arg = CSLAddString(CSLAddString(arg, "-a_srs"), job->source_crs);
    options = GDALTranslateOptionsNew(arg, NULL);
    if (options)
        to = GDALTranslate("", from, options, NULL);
    if (!to)
        gdal_failed("give a CRS to", name);
    GDALTranslateOptionsFree(options);
    CSLDestroy(arg);
    return to;
}

/* What a mosaic does not keep: the first file's unit stands for all. */
static void keep_unit(struct job *job, GDALDatasetH set)
{
    GDALRasterBandH band = GDALGetRasterBand(set, (int)strtol(job->band, NULL,
                                                              10));

    if (band)
        snprintf(job->unit, sizeof(job->unit), "%s",
                 GDALGetRasterUnitType(band));
}

/* One dataset of all files; those opened stay open until the end. */
static GDALDatasetH open_all(struct job *job)
{
    GDALDatasetH *set = CPLCalloc((size_t)job->n_files, sizeof(*set)), all;

    for (int i = 0; i < job->n_files; i++) {
        set[i] = open_file(job->file[i]);
        if (!set[i]) {
            gdal_failed("read", job->file[i]);
            CPLFree(set);
            return NULL;
        }
        if (job->source_crs) {
            set[i] = in_crs(job, set[i], job->file[i]);
            if (!set[i]) {
                CPLFree(set);
                return NULL;
            }
        }
    }
    keep_unit(job, set[0]);
    all = job->n_files == 1 ? set[0]
                            : GDALBuildVRT("", job->n_files, set, NULL, NULL,
                                           NULL);
    if (!all)
        gdal_failed("join", job->file[0]);
    CPLFree(set);
    return all;
}

/* Cut without moving points. */
static GDALDatasetH cut(const struct job *job, GDALDatasetH from)
{
    char **box = CSLTokenizeString(job->window), **arg = NULL;
    GDALTranslateOptions *options;
    GDALDatasetH to = NULL;

    if (CSLCount(box) != 4) {
        fail("a window needs four numbers, not '%s'", job->window);
    } else {
        arg = CSLAddString(CSLAddString(arg, "-of"), "VRT");
        arg = CSLAddString(CSLAddString(arg, "-projwin"), box[0]);
        arg = CSLAddString(CSLAddString(arg, box[3]), box[2]);
        arg = CSLAddString(arg, box[1]);
        options = GDALTranslateOptionsNew(arg, NULL);
        to = GDALTranslate("", from, options, NULL);
        GDALTranslateOptionsFree(options);
        if (!to)
            gdal_failed("cut the window out of", job->file[0]);
    }
    CSLDestroy(arg);
    CSLDestroy(box);
    return to;
}

/* Onto other points, of another CRS or resolution. */
static GDALDatasetH warp(const struct job *job, GDALDatasetH from)
{
    char **arg = NULL, **box;
    GDALWarpAppOptions *options;
    GDALDatasetH to;

    arg = CSLAddString(CSLAddString(arg, "-of"), "MEM");
    arg = CSLAddString(CSLAddString(arg, "-ot"), "Float64");
    arg = CSLAddString(CSLAddString(arg, "-dstnodata"), "nan");
    arg = CSLAddString(CSLAddString(arg, "-r"), job->resampling);
    if (job->crs)
        arg = CSLAddString(CSLAddString(arg, "-t_srs"), job->crs);
    if (job->resolution) {
        arg = CSLAddString(CSLAddString(arg, "-tr"), job->resolution);
        arg = CSLAddString(arg, job->resolution);
    }
    if (job->window) {
        box = CSLTokenizeString(job->window);
        arg = CSLAddString(arg, "-te");
        for (int i = 0; i < 4 && i < CSLCount(box); i++)
            arg = CSLAddString(arg, box[i]);
        CSLDestroy(box);
    }
    options = GDALWarpAppOptionsNew(arg, NULL);
    to = options ? GDALWarp("", NULL, 1, &from, options, NULL) : NULL;
    if (!to)
        gdal_failed("reproject", job->file[0]);
    GDALWarpAppOptionsFree(options);
    CSLDestroy(arg);
    return to;
}

static GDALDatasetH prepare(struct job *job)
{
    GDALDatasetH set = open_all(job);

    if (!set)
        return NULL;
    if (job->crs && !GDALGetSpatialRef(set)) {
        fail("'%s' does not say its CRS, so it cannot be reprojected; say it "
             "by 'source_crs'", job->file[0]);
        return NULL;
    }
    if (job->crs || job->resolution)
        return warp(job, set);
    return job->window ? cut(job, set) : set;
}

/* --- its description ------------------------------------------------------ */

/* CF's name for a projection. */
static const char *mapping_name(OGRSpatialReferenceH srs)
{
    static const char *const names[][2] = {
        { "Transverse_Mercator", "transverse_mercator" },
        { "Lambert_Conformal_Conic_1SP", "lambert_conformal_conic" },
        { "Lambert_Conformal_Conic_2SP", "lambert_conformal_conic" },
        { "Lambert_Azimuthal_Equal_Area", "lambert_azimuthal_equal_area" },
        { "Albers_Conic_Equal_Area", "albers_conical_equal_area" },
        { "Polar_Stereographic", "polar_stereographic" },
        { "Oblique_Stereographic", "stereographic" },
        { "Mercator_1SP", "mercator" },
        { "Mercator_2SP", "mercator" },
    };
    const char *is = OSRGetAttrValue(srs, "PROJECTION", 0);

    if (OSRIsGeographic(srs))
        return "latitude_longitude";
    for (size_t i = 0; is && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(is, names[i][0]) == 0)
            return names[i][1];
    return "";
}

static const char *axis_unit(OGRSpatialReferenceH srs)
{
    if (OSRIsGeographic(srs))
        return "degrees_east";
    return fabs(OSRGetLinearUnits(srs, NULL) - 1) < 1e-12 ? "m" : "other";
}

/* The CRS on one line. */
static char *text_of(OGRSpatialReferenceH srs)
{
    const char *const options[] = { "FORMAT=WKT2_2019", "MULTILINE=NO", NULL };
    char *wkt = NULL;

    if (OSRExportToWktEx(srs, &wkt, options) != OGRERR_NONE) {
        CPLFree(wkt);
        return NULL;
    }
    return wkt;
}

static int write_head(FILE *out, const struct job *job, GDALDatasetH set,
                      GDALRasterBandH band)
{
    OGRSpatialReferenceH srs = GDALGetSpatialRef(set);
    int nx = GDALGetRasterBandXSize(band), ny = GDALGetRasterBandYSize(band);
    char *wkt = srs ? text_of(srs) : NULL;
    double t[6], dx, dy;

    if ((int64_t)nx * ny > MAX_POINTS)
        return fail("'%s' has %d x %d points, more than 2^31", job->file[0],
                    nx, ny);
    if (GDALGetGeoTransform(set, t) != CE_None)
        return fail("'%s' does not say where its points are", job->file[0]);
    dx = t[1];
    dy = -t[5];
    if (fabs(t[2]) > SHEAR * fabs(dx) || fabs(t[4]) > SHEAR * fabs(dy) ||
        !(dx > 0) || dy == 0)
        return fail("'%s' is rotated or mirrored; reproject it by 'crs'",
                    job->file[0]);
    fprintf(out, "%d %d %.17g %.17g %.17g %.17g\n", nx, ny, t[0] + 0.5 * dx,
            dy > 0 ? t[3] + t[5] * (ny - 0.5) : t[3] + t[5] * 0.5, dx,
            fabs(dy));
    fprintf(out, "%s\n%s\n%s\n%s\n", job->unit,
            srs ? axis_unit(srs) : "", srs ? mapping_name(srs) : "",
            wkt ? wkt : "");
    CPLFree(wkt);
    return dy > 0 ? 1 : 0; /* are rows stored from north to south? */
}

/* --- its values ----------------------------------------------------------- */

static int write_rows(FILE *out, const struct job *job, GDALRasterBandH band,
                      int from_north)
{
    int nx = GDALGetRasterBandXSize(band), ny = GDALGetRasterBandYSize(band);
    double scale = GDALGetRasterScale(band, NULL);
    double offset = GDALGetRasterOffset(band, NULL);
    GDALRasterBandH mask = GDALGetMaskBand(band);
    double *value = CPLMalloc((size_t)nx * sizeof(*value));
    unsigned char *valid = CPLMalloc((size_t)nx);
    int rc = 0;

    for (int j = 0; j < ny && rc == 0; j++) {
        int row = from_north ? ny - 1 - j : j;

        if (GDALRasterIO(band, GF_Read, 0, row, nx, 1, value, nx, 1,
                         GDT_Float64, 0, 0) != CE_None ||
            GDALRasterIO(mask, GF_Read, 0, row, nx, 1, valid, nx, 1, GDT_Byte,
                         0, 0) != CE_None)
            rc = gdal_failed("read the values of", job->file[0]);
        for (int i = 0; rc == 0 && i < nx; i++)
            value[i] = valid[i] ? value[i] * scale + offset : NAN;
        if (rc == 0 && fwrite(value, sizeof(*value), (size_t)nx, out) !=
                           (size_t)nx)
            rc = fail("cannot write '%s': %s", job->out, strerror(errno));
    }
    CPLFree(value);
    CPLFree(valid);
    return rc;
}

static int convert(struct job *job)
{
    GDALDatasetH set = prepare(job);
    GDALRasterBandH band;
    long number = strtol(job->band, NULL, 10);
    FILE *out;
    int rc;

    if (!set)
        return -1;
    if (number < 1 || number > GDALGetRasterCount(set))
        return fail("'%s' has %d bands, not band %ld", job->file[0],
                    GDALGetRasterCount(set), number);
    band = GDALGetRasterBand(set, (int)number);
    out = fopen(job->out, "wb");
    if (!out)
        return fail("cannot create '%s': %s", job->out, strerror(errno));
    rc = write_head(out, job, set, band);
    if (rc >= 0)
        rc = write_rows(out, job, band, rc);
    if (fclose(out) != 0 && rc == 0)
        rc = fail("cannot write '%s': %s", job->out, strerror(errno));
    return rc;
}

int main(int argc, char **argv)
{
    struct job job = { .band = "1", .resampling = "bilinear" };
    const struct {
        const char *name, **value;
    } option[] = {
        { "--band", &job.band },
        { "--crs", &job.crs },
        { "--source-crs", &job.source_crs },
        { "--resolution", &job.resolution },
        { "--resampling", &job.resampling },
        { "--window", &job.window },
    };
    int i = 1;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
        for (size_t k = 0; k < sizeof(option) / sizeof(option[0]); k++)
            if (strcmp(argv[i], option[k].name) == 0)
                *option[k].value = argv[i + 1];
    if (argc - i < 2)
        return fail("usage: fedtwin-gdal [OPTION VALUE]... OUT FILE...") ? 2
                                                                         : 2;
    job.out = argv[i];
    job.file = argv + i + 1;
    job.n_files = argc - i - 1;
    CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
    return convert(&job) < 0 ? 1 : 0;
}
