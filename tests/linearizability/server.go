// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const collection = "/api/v1/namespaces/default/configmaps"

// overHTTP is a Kubernetes API server; its objects are ConfigMaps whose names begin with "key-".
type overHTTP struct {
	base   string
	client *http.Client
}

type configMap struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   metadata          `json:"metadata"`
	Data       map[string]string `json:"data,omitempty"`
}

type metadata struct {
	Name            string            `json:"name,omitempty"`
	ResourceVersion string            `json:"resourceVersion,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
}

func connect(kubeconfig string) (*overHTTP, error) {
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	field := func(name string) string {
		found := regexp.MustCompile(name + `:\s*"?([^"\s,}]+)`).FindSubmatch(text)
		if found == nil {
			return ""
		}
		return string(found[1])
	}
	decoded := map[string][]byte{}
	for _, name := range []string{"client-certificate-data", "client-key-data", "certificate-authority-data"} {
		if decoded[name], err = base64.StdEncoding.DecodeString(field(name)); err != nil {
			return nil, err
		}
	}
	pair, err := tls.X509KeyPair(decoded["client-certificate-data"], decoded["client-key-data"])
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(decoded["certificate-authority-data"])
	transport := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
		MaxIdleConnsPerHost: 64,
	}
	return &overHTTP{base: field("server"), client: &http.Client{Transport: transport}}, nil
}

func (s *overHTTP) send(ctx context.Context, method, path, contentType, body string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return s.client.Do(request)
}

func (in input) body() string {
	object := configMap{APIVersion: "v1", Kind: "ConfigMap", Data: map[string]string{"n": strconv.Itoa(in.Value)}}
	object.Metadata.Name = in.Key
	object.Metadata.Labels = map[string]string{"checked": "yes"}
	if in.Revision != 0 {
		object.Metadata.ResourceVersion = strconv.FormatInt(in.Revision, 10)
	}
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (s *overHTTP) do(in input) output {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	one := collection + "/" + in.Key
	var response *http.Response
	var err error
	switch in.Verb {
	case get:
		response, err = s.send(ctx, "GET", one, "", "")
	case create:
		response, err = s.send(ctx, "POST", collection, "application/json", in.body())
	case update:
		response, err = s.send(ctx, "PUT", one, "application/json", in.body())
	case patch:
		response, err = s.send(ctx, "PATCH", one, "application/merge-patch+json", fmt.Sprintf(`{"data":{"n":"%d"}}`, in.Value))
	case remove:
		response, err = s.send(ctx, "DELETE", one, "", "")
	}
	if refused := (*net.OpError)(nil); errors.As(err, &refused) && refused.Op == "dial" {
		return output{Status: notSent}
	}
	if err != nil {
		return output{}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 500 {
		return output{} // the server is stopping or was killed: nobody knows
	}
	out := output{Status: response.StatusCode}
	if out.Status/100 == 2 && in.Verb != remove {
		out.Value, out.Revision, _, err = parse(body)
		if err != nil {
			return output{Status: garbled}
		}
	}
	return out
}

func parse(text []byte) (value int, revision int64, key string, err error) {
	object := configMap{}
	if err = json.Unmarshal(text, &object); err != nil {
		return
	}
	if revision, err = strconv.ParseInt(object.Metadata.ResourceVersion, 10, 64); err != nil {
		return
	}
	value, err = strconv.Atoi(object.Data["n"])
	return value, revision, object.Metadata.Name, err
}

func (s *overHTTP) newest() (int64, error) {
	response, err := s.send(context.Background(), "GET", collection+"?limit=1", "", "")
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	list := struct{ Metadata metadata }{}
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		return 0, err
	}
	return strconv.ParseInt(list.Metadata.ResourceVersion, 10, 64)
}

func (s *overHTTP) watch(ctx context.Context, after int64, told func(event) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	path := fmt.Sprintf("%s?watch=true&labelSelector=checked&resourceVersion=%d", collection, after)
	response, err := s.send(ctx, "GET", path, "", "")
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond) // the server is away
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		one := struct {
			Type   string
			Object json.RawMessage
		}{}
		if err := json.Unmarshal(line, &one); err != nil {
			return err
		}
		if one.Type == "ERROR" {
			status := struct{ Code int }{}
			if json.Unmarshal(one.Object, &status) == nil && status.Code == 410 {
				return errGone
			}
			return fmt.Errorf("watch: %s", one.Object)
		}
		value, revision, key, err := parse(one.Object)
		if err != nil {
			return err
		}
		if !told(event{one.Type, key, value, revision}) {
			return nil
		}
	}
}
